// name: objects_of_scope
// purpose: everything that a scope owns, to find what a reading no longer has
// mode: read
// plan: kept
// parameters: environment, scope, observed_at
MATCH (o:Object {environment: $environment, scope: $scope})
USING INDEX SEEK o:Object(environment, scope)
RETURN o.id AS id, o.type AS type, coalesce(o.said_at > $observed_at, false) AS newer
