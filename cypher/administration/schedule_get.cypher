// name: schedule_get
// purpose: one schedule
// mode: read
// parameters: id
MATCH (s:Schedule {id: $id})
RETURN properties(s) AS schedule
