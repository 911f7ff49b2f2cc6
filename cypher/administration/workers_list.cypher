// name: workers_list
// purpose: the processes that work in the background, and those that did
// mode: read
// parameters:
MATCH (w:Worker)
WHERE w.id IS NOT NULL
RETURN w.id AS id, w.kind AS kind, w.place AS place, w.state AS state, toString(w.started_at) AS started_at,
       toString(w.heartbeat) AS heartbeat, toString(w.ended_at) AS ended_at
ORDER BY w.started_at DESC, w.id
