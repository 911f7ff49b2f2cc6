// name: objects_lost
// purpose: of these objects, those that the scope does not own any more or that an event has spoken of since
// mode: read
// plan: kept
// parameters: environment, scope, ids, observed_at
UNWIND $ids AS id
OPTIONAL MATCH (o:Object {environment: $environment, id: id})
USING INDEX SEEK o:Object(environment, id)
WITH id, o
WHERE o IS NULL OR coalesce(o.scope <> $scope, true) OR coalesce(o.said_at > $observed_at, false)
RETURN id
