// name: scope_fence
// purpose: hold the lease, and make this reading the one that writes the scope unless a newer one has been written
// mode: write
// parameters: environment, key, source, scope_name, observed_at
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
MERGE (s:Scope {environment: $environment, key: $key})
ON CREATE SET s.source = $source, s.name = $scope_name
WITH lease, s, coalesce(s.fenced_at > $observed_at, false) AS newer
SET s.fence = CASE WHEN newer THEN s.fence ELSE lease.token END,
    s.fenced_at = CASE WHEN newer THEN s.fenced_at ELSE $observed_at END
RETURN NOT newer AS valid, s.fence AS fence, toString(s.fenced_at) AS fenced_at
