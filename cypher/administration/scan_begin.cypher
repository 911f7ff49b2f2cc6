// name: scan_begin
// purpose: begin a scan unless another one of the environment lives; the environment's node is locked meanwhile
// mode: write
// parameters: environment, id, options, started_by, place, process, gone, dead_after
MERGE (e:Environment {name: $environment})
SET e.scan_lock = $id
REMOVE e.scan_lock
WITH e
OPTIONAL MATCH (running:Scan {environment: $environment, status: 'running'})
  WHERE running.heartbeat >= datetime() - duration({seconds: $dead_after}) AND running.id <> $id
    AND NOT coalesce(running.process, '') IN $gone
WITH e, collect(running)[0] AS living
CALL (living) {
  WITH living WHERE living IS NULL
  OPTIONAL MATCH (dead:Scan {environment: $environment, status: 'running'})
  SET dead.status = 'aborted', dead.ended_at = datetime(), dead.phase = 'ended',
      dead.reason = 'its process (' + coalesce(dead.place, 'unknown') + ') ended in the middle of it, or could not '
        + 'reach the database any more. What it had written stays; scan ' + $id + ' completes the work.'
  WITH living, count(*) AS ended  // by `living`: without rows there is then no row to go on with
  MERGE (s:Scan {environment: $environment, id: $id})
  SET s.status = 'running', s.options = $options, s.started_by = $started_by, s.place = $place, s.process = $process,
      s.started_at = datetime(), s.heartbeat = datetime(), s.phase = 'pending'
  REMOVE s.ended_at, s.reason
  RETURN count(s) AS begun
}
RETURN begun > 0 AS begun, living.id AS id, living.started_by AS started_by, living.place AS place,
       living.process AS process
