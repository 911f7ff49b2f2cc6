// name: worker_begin
// purpose: a process that works in the background has begun
// mode: write
// parameters: id, kind, place, process
MERGE (w:Worker {id: $id})
SET w.kind = $kind, w.place = $place, w.process = $process, w.state = 'running', w.started_at = datetime(),
    w.heartbeat = datetime()
RETURN w.id AS id
