// name: objects_update
// purpose: write what changed of objects; what a source no longer says is removed
// mode: write
// parameters: environment, scope, rows
UNWIND $rows AS row
MATCH (o:Object {environment: $environment, id: row.id})
SET o += row.properties, o.scope = $scope, o.hash = row.hash, o.last_changed = datetime.transaction('Z')
