// name: schedule_remove
// purpose: forget a schedule
// mode: write
// parameters: id
MATCH (s:Schedule {id: $id})
WITH s, s.id AS id
DELETE s
RETURN id
