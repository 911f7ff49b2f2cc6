// name: objects_there
// purpose: of these objects, which are there, and where
// mode: read
// plan: kept
// parameters: environment, rows
// A row is [type, id].
UNWIND range(0, size($rows) - 1) AS number
MATCH (o:Object {environment: $environment, id: $rows[number][1]})
USING INDEX SEEK o:Object(environment, id)
WHERE o.type = $rows[number][0]
RETURN collect([number, id(o)]) AS there
