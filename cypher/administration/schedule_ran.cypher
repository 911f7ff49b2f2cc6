// name: schedule_ran
// purpose: which scan a schedule asked for, or why it asked for none
// mode: write
// parameters: id, scan, problem
MATCH (s:Schedule {id: $id})
SET s.last_scan = coalesce($scan, s.last_scan), s.last_problem = $problem
RETURN s.id AS id
