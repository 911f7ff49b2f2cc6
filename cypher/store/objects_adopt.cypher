// name: objects_adopt
// purpose: objects that another scope owned until now
// mode: write
// parameters: environment, scope, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
USING INDEX SEEK o:Object(environment, id)
SET o.scope = $scope
