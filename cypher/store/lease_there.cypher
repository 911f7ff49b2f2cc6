// name: lease_there
// purpose: whether the environment has its lease
// mode: read
// plan: kept
// parameters: environment
MATCH (lease:Lease {environment: $environment})
RETURN lease.token AS token
