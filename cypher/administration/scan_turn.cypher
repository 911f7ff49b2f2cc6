// name: scan_turn
// purpose: what a task needs to know before it does a scan; the environment's node is locked meanwhile
// mode: write
// parameters: environment, id, dead_after
MATCH (s:Scan {environment: $environment, id: $id})
MATCH (e:Environment {name: $environment})
SET e.scan_lock = $id
REMOVE e.scan_lock
WITH s
OPTIONAL MATCH (other:Scan {environment: $environment, status: 'running'})
  WHERE other.heartbeat >= datetime() - duration({seconds: $dead_after}) AND other.id <> $id
WITH s, collect(other.process) AS others
RETURN s.status AS status, coalesce(s.attempts, 0) AS attempts, others,
       CASE s.status WHEN 'running' THEN s.process ELSE s.taken_by END AS process,
       coalesce(CASE s.status WHEN 'running' THEN s.heartbeat ELSE s.taken_at END
         >= datetime() - duration({seconds: $dead_after}), false) AS heard_of
