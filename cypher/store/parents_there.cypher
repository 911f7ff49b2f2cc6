// name: parents_there
// purpose: of these parents, those that are there
// mode: read
// plan: kept
// parameters: environment, rows
// A row is [id of the parent, id of the child, type of the parent].
UNWIND range(0, size($rows) - 1) AS number
MATCH (parent:Object {environment: $environment, id: $rows[number][0]})
USING INDEX SEEK parent:Object(environment, id)
WHERE parent.type = $rows[number][2]
RETURN collect(number) AS numbers
