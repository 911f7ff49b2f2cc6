// name: events_statuses
// purpose: id and status of every object of a type in a scope
// mode: read
// parameters: environment, scope, type
MATCH (o:Object {environment: $environment, scope: $scope})
WHERE o.type = $type
RETURN o.id AS id, coalesce(o.source_status, '') AS status
