// name: refresh_drop
// purpose: what need not be read again, because it has been said to be gone
// mode: write
// parameters: environment, keys
UNWIND $keys AS key
MATCH (r:RefreshRequest {environment: $environment, key: key})
USING INDEX SEEK r:RefreshRequest(environment, key)
DELETE r
