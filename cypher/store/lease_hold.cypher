// name: lease_hold
// purpose: hold the environment's lease until the transaction ends
// mode: write
// plan: kept
// parameters: environment
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
RETURN lease.token AS token
