// name: attributes_write
// purpose: write what a group adds to objects
// mode: write
// parameters: environment, scope, rows
// template: properties, hash, scope
// A row is [id, hash, values of the properties].
UNWIND $rows AS row
MATCH (o:Object {environment: $environment, id: row[0]})
USING INDEX SEEK o:Object(environment, id)
SET o += {<<properties: row[2]>>}, o.<<hash>> = row[1], o.<<scope>> = $scope,
    o.last_changed = datetime.transaction('Z')
