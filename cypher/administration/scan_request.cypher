// name: scan_request
// purpose: note that a scan is asked for, unless the same one waits already; the environment's node is locked meanwhile
// mode: write
// parameters: environment, id, options, started_by, patience, dead_after
MATCH (e:Environment {name: $environment})
SET e.scan_lock = $id
REMOVE e.scan_lock
WITH e
OPTIONAL MATCH (waiting:Scan {environment: $environment, status: 'pending'})
  WHERE waiting.options = $options AND waiting.requested_at >= datetime() - duration({seconds: $patience})
WITH e, head(collect(waiting.id)) AS waiting
OPTIONAL MATCH (running:Scan {environment: $environment, status: 'running'})
  WHERE running.heartbeat >= datetime() - duration({seconds: $dead_after})
WITH waiting, head(collect(running.id)) AS running
CALL (waiting) {
  WITH waiting WHERE waiting IS NULL
  CREATE (s:Scan {environment: $environment, id: $id, status: 'pending', phase: 'pending', options: $options,
                  started_by: $started_by, requested_at: datetime()})
  RETURN count(s) AS noted
}
RETURN noted > 0 AS noted, waiting, running
