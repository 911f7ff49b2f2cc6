// name: lease_hold
// purpose: hold the environment's lease until the transaction ends
// mode: write
// parameters: environment
MERGE (lease:Lease {environment: $environment})
SET lease.token = coalesce(lease.token, 0) + 1, lease.held_at = datetime.transaction('Z')
RETURN lease.token AS token
