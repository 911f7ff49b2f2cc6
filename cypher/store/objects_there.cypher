// name: objects_there
// purpose: of these ids, those that there is an object of that type of
// mode: read
// plan: kept
// parameters: environment, rows
// A row is [type, id].
UNWIND $rows AS row
MATCH (o:Object {environment: $environment, id: row[1]})
USING INDEX SEEK o:Object(environment, id)
WHERE o.type = row[0]
RETURN row[0] AS type, row[1] AS id
