// name: objects_adopt
// purpose: objects that another scope owned until now
// mode: write
// plan: kept
// parameters: environment, scopes, rows
// A row is [id, number of the scope].
UNWIND $rows AS row
MATCH (o:Object {environment: $environment, id: row[0]})
USING INDEX SEEK o:Object(environment, id)
SET o.scope = $scopes[row[1]]
