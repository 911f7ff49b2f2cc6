// name: children_of
// purpose: what these objects contain
// mode: read
// plan: kept
// parameters: environment, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})-[:CONTAINS]->(child)
USING INDEX SEEK o:Object(environment, id)
RETURN id AS source_id, child.id AS target_id, child.type AS target_type
