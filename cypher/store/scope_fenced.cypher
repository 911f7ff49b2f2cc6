// name: scope_fenced
// purpose: hold the lease, and tell whether this reading is still the one that writes the scope
// mode: write
// plan: kept
// parameters: environment, key, fence
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
WITH lease
OPTIONAL MATCH (s:Scope {environment: $environment, key: $key})
USING INDEX SEEK s:Scope(environment, key)
RETURN coalesce(s.fence = $fence, false) AS valid, s.fence AS fence, toString(s.fenced_at) AS fenced_at
