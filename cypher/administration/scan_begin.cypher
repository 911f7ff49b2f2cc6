// name: scan_begin
// purpose: begin a scan unless another one of the environment lives; the environment's node is locked meanwhile
// mode: write
// parameters: environment, id, options, started_by, place, dead_after
MERGE (e:Environment {name: $environment})
SET e.scan_lock = $id
REMOVE e.scan_lock
WITH e
OPTIONAL MATCH (running:Scan {environment: $environment, status: 'running'})
  WHERE running.heartbeat >= datetime() - duration({seconds: $dead_after}) AND running.id <> $id
WITH e, collect(running)[0] AS living
CALL (living) {
  WITH living WHERE living IS NULL
  OPTIONAL MATCH (dead:Scan {environment: $environment, status: 'running'})
  SET dead.status = 'aborted', dead.ended_at = datetime()
  WITH count(*) AS ended
  MERGE (s:Scan {environment: $environment, id: $id})
  SET s.status = 'running', s.options = $options, s.started_by = $started_by, s.place = $place,
      s.started_at = datetime(), s.heartbeat = datetime(), s.phase = 'pending'
  RETURN count(s) AS begun
}
RETURN begun > 0 AS begun, living.id AS id, living.started_by AS started_by, living.place AS place
