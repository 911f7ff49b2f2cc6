// name: refresh_due
// purpose: what is to be read again by now, the longest waiting first
// mode: read
// parameters: environment, now, limit
MATCH (r:RefreshRequest {environment: $environment})
WHERE r.key IS NOT NULL AND r.due_at <= $now
RETURN r.key AS key, r.kind AS kind, r.id AS id, r.asked AS asked, r.looks AS looks, r.failures AS failures
ORDER BY r.due_at
LIMIT $limit
