// name: refresh_waiting
// purpose: how much waits to be read again, and when the next of it is due
// mode: read
// parameters: environment
MATCH (r:RefreshRequest {environment: $environment})
WHERE r.key IS NOT NULL
RETURN count(*) AS waiting, min(r.due_at) AS next, sum(CASE WHEN r.failures > 0 THEN 1 ELSE 0 END) AS failing
