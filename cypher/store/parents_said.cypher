// name: parents_said
// purpose: what contains these objects, as they say
// mode: write
// plan: kept
// parameters: environment, rows
// A row is [id of the child, type of the parent, id of the parent].
UNWIND $rows AS row
MATCH (child:Object {environment: $environment, id: row[0]})
USING INDEX SEEK child:Object(environment, id)
SET child.parent_type = row[1], child.parent_id = row[2]
