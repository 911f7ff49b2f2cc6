// name: schedule_claim
// purpose: take a due time of a schedule, which is locked first, so that nobody else takes it too
// mode: write
// parameters: id, expected, next_run, now
MATCH (s:Schedule {id: $id})
SET s.claim = true
REMOVE s.claim
WITH s WHERE s.next_run = $expected
SET s.next_run = $next_run, s.last_run = $now, s.runs = s.runs + 1
RETURN s.id AS id
