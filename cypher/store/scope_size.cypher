// name: scope_size
// purpose: how many objects a scope owns
// mode: read
// plan: kept
// parameters: environment, scope
MATCH (o:Object {environment: $environment, scope: $scope})
USING INDEX SEEK o:Object(environment, scope)
RETURN count(o) AS objects
