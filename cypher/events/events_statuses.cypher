// name: events_statuses
// purpose: the status of every port of a scope
// mode: read
// parameters: environment, scope
MATCH (p:Object {environment: $environment, scope: $scope})
WHERE p:Port
RETURN p.id AS id, p.source_status AS status
