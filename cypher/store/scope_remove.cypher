// name: scope_remove
// purpose: forget a scope
// mode: write
// parameters: environment, key
MATCH (s:Scope {environment: $environment, key: $key})
DELETE s
