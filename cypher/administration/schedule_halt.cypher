// name: schedule_halt
// purpose: stop a schedule that can not be read, and say why
// mode: write
// parameters: id, problem
MATCH (s:Schedule {id: $id})
SET s.paused = true, s.next_run = null, s.last_problem = $problem
RETURN s.id AS id
