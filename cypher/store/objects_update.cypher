// name: objects_update
// purpose: write what changed of objects of a type; what their source no longer says is removed
// mode: write
// plan: kept
// parameters: environment, scopes, rows
// template: properties
// A row is [id, hash, number of the scope, values of the properties].
UNWIND $rows AS row
MATCH (o:Object {environment: $environment, id: row[0]})
USING INDEX SEEK o:Object(environment, id)
SET o += {<<properties: row[3]>>}, o.scope = $scopes[row[2]], o.hash = row[1], o.last_changed = datetime.transaction('Z')
