// name: scan_heartbeat
// purpose: say that a scan lives and where it is, and learn whether its end was asked for
// mode: write
// parameters: environment, id, process, phase, scopes
MATCH (s:Scan {environment: $environment, id: $id, status: 'running'})
WHERE s.process = $process
SET s.heartbeat = datetime(), s.phase = $phase, s.scopes_done = $scopes
RETURN coalesce(s.cancel, false) AS cancelled
