// name: attributes_clear
// purpose: take back what a group added to objects
// mode: write
// plan: kept
// parameters: environment, scope, ids
// template: properties, hash, scope
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
USING INDEX SEEK o:Object(environment, id)
WHERE o.<<scope>> = $scope
REMOVE <<o.properties>>, o.<<hash>>, o.<<scope>>
SET o.last_changed = datetime.transaction('Z')
