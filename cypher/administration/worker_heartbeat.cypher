// name: worker_heartbeat
// purpose: a process lives; the former state tells whether it was given up meanwhile
// mode: write
// parameters: id
MATCH (w:Worker {id: $id})
WITH w, w.state AS former
SET w.heartbeat = datetime(), w.state = 'running'
REMOVE w.missed_at, w.missed_heartbeat
RETURN former
