// name: attributes_clear
// purpose: take back what a group added to objects
// mode: write
// parameters: environment, scope, ids, cleared
// template: hash, scope
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
WHERE o.<<scope>> = $scope
SET o += $cleared, o.<<hash>> = null, o.<<scope>> = null, o.last_changed = datetime.transaction('Z')
