// name: parents_join
// purpose: put objects into what contains them
// mode: write
// plan: kept
// parameters: rows
// A row is [node of the parent, node of the child].
UNWIND $rows AS row
MATCH (parent) WHERE id(parent) = row[0]
MATCH (child) WHERE id(child) = row[1]
CREATE (parent)-[:CONTAINS]->(child)
