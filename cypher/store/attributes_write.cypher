// name: attributes_write
// purpose: write what a group adds to objects
// mode: write
// parameters: environment, scope, rows
// template: hash, scope
UNWIND $rows AS row
MATCH (o:Object {environment: $environment, id: row.id})
SET o += row.properties, o.<<hash>> = row.hash, o.<<scope>> = $scope, o.last_changed = datetime.transaction('Z')
