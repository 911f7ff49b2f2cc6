// name: refresh_due
// purpose: what is to be read again by now: what is asked for before what is looked at once more, the longest waiting first
// mode: read
// parameters: environment, now, limit, hosts
// hosts: true for hosts only, false for all but hosts.
MATCH (r:RefreshRequest {environment: $environment})
WHERE r.key IS NOT NULL AND r.due_at <= $now AND (r.kind = 'host') = $hosts
RETURN r.key AS key, r.kind AS kind, r.id AS id, r.asked AS asked, r.looks AS looks, r.failures AS failures
ORDER BY r.looks, r.due_at
LIMIT $limit
