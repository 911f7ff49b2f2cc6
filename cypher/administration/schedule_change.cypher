// name: schedule_change
// purpose: change how often and how a schedule runs; without a next time while it is paused
// mode: write
// parameters: id, properties, next_run
MATCH (s:Schedule {id: $id})
SET s += $properties, s.next_run = $next_run
RETURN properties(s) AS schedule
