// name: scan_request
// purpose: note that a scan is asked for, unless the same one waits or it is to be refused; its environment is locked
// mode: write
// parameters: of, environment, id, options, started_by, schedule, refuse, patience, dead_after
MATCH (of:Environment {name: $of})
CALL (of) {
  WITH of WHERE of.configuration IS NOT NULL
  MERGE (e:Environment {name: $environment})
  SET e.scan_lock = $id
  REMOVE e.scan_lock
  WITH e
  OPTIONAL MATCH (pending:Scan {environment: $environment, status: 'pending'})
    WHERE pending.requested_at >= datetime() - duration({seconds: $patience})
  WITH e, head([p IN collect(pending) WHERE p.options = $options | p.id]) AS waiting, head(collect(pending.id)) AS other
  OPTIONAL MATCH (running:Scan {environment: $environment, status: 'running'})
    WHERE running.heartbeat >= datetime() - duration({seconds: $dead_after})
  WITH waiting, other, head(collect(running.id)) AS running
  CALL (waiting, other, running) {
    WITH waiting WHERE waiting IS NULL AND NOT ($refuse AND coalesce(other, running) IS NOT NULL)
    CREATE (s:Scan {environment: $environment, id: $id, of: $of, status: 'pending', phase: 'pending',
                    options: $options, started_by: $started_by, schedule: $schedule, requested_at: datetime()})
    RETURN count(s) AS noted
  }
  RETURN noted > 0 AS noted, waiting, other, running
  UNION
  WITH of WHERE of.configuration IS NULL
  RETURN false AS noted, null AS waiting, null AS other, null AS running
}
RETURN of.configuration IS NOT NULL AS configured, noted, waiting, other, running
