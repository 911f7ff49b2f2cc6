// name: scopes_fence
// purpose: hold the lease, and make each reading the one that writes its scope unless a newer one has been written
// mode: write
// plan: kept
// parameters: environment, rows
// A row is {key, source, name, observed_at}; one comes back for each, in that order.
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
WITH lease
UNWIND $rows AS row
MERGE (s:Scope {environment: $environment, key: row.key})
ON CREATE SET s.source = row.source, s.name = row.name
WITH lease, row, s, coalesce(s.fenced_at > row.observed_at, false) AS newer
SET s.fence = CASE WHEN newer THEN s.fence ELSE lease.token END,
    s.fenced_at = CASE WHEN newer THEN s.fenced_at ELSE row.observed_at END,
    s.digests = CASE WHEN newer THEN s.digests END
RETURN s.key AS key, NOT newer AS valid, s.fence AS fence, toString(s.fenced_at) AS fenced_at
