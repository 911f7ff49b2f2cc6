// name: records_of_scope
// purpose: objects of some types that a scope owns
// mode: read
// plan: kept
// parameters: environment, types, scope
MATCH (o:Object {environment: $environment, scope: $scope})
USING INDEX SEEK o:Object(environment, scope)
WHERE o.type IN $types
RETURN properties(o) AS node
