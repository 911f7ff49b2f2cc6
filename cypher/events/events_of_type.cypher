// name: events_of_type
// purpose: ids of the objects of a type that a scope owns
// mode: read
// parameters: environment, scope, type
MATCH (o:Object {environment: $environment, scope: $scope})
WHERE o.type = $type
RETURN o.id AS id
