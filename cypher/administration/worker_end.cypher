// name: worker_end
// purpose: a process has ended as it was asked to
// mode: write
// parameters: id
MATCH (w:Worker {id: $id})
SET w.state = 'stopped', w.heartbeat = datetime(), w.ended_at = datetime()
RETURN w.id AS id
