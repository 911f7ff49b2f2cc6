// name: scopes_touched
// purpose: the graph may hold something else of these scopes than their last reading said
// mode: write
// plan: kept
// parameters: environment, keys
MATCH (lease:Lease {environment: $environment})
UNWIND $keys AS key
MATCH (s:Scope {environment: $environment, key: key})
USING INDEX SEEK s:Scope(environment, key)
SET s.digests = null, s.touched = lease.token
