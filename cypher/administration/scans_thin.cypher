// name: scans_thin
// purpose: of each environment (or of one) keep the newest scans that have ended, and the last that went well
// mode: write
// parameters: environment, keep
MATCH (s:Scan)
WHERE s.status IN ['completed', 'completed_with_errors', 'failed', 'aborted']
  AND ($environment IS NULL OR s.environment = $environment)
WITH s ORDER BY coalesce(s.requested_at, s.started_at) DESC
WITH s.environment AS environment, collect(s) AS ended
WITH ended, head([s IN ended WHERE s.status STARTS WITH 'completed']) AS good
UNWIND ended[$keep..] AS old
WITH old WHERE good IS NULL OR old <> good
DETACH DELETE old
RETURN count(*) AS removed
