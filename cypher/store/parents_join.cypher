// name: parents_join
// purpose: put objects into what contains them
// mode: write
// plan: kept
// parameters: environment, rows
// A row is [id of the parent, id of the child, type of the parent].
UNWIND $rows AS row
MATCH (parent:Object {environment: $environment, id: row[0]})
USING INDEX SEEK parent:Object(environment, id)
WHERE parent.type = row[2]
MATCH (child:Object {environment: $environment, id: row[1]})
USING INDEX SEEK child:Object(environment, id)
CREATE (parent)-[:CONTAINS]->(child)
RETURN count(*) AS created
