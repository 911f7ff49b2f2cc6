// name: processes_alive
// purpose: how many processes of each kind are heard of
// mode: read
// parameters: dead_after
MATCH (w:Worker)
WHERE w.id IS NOT NULL AND w.state = 'running' AND w.heartbeat >= datetime() - duration({seconds: $dead_after})
RETURN w.kind AS kind, count(*) AS number
