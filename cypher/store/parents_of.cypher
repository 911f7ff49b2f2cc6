// name: parents_of
// purpose: what contains these objects
// mode: read
// plan: kept
// parameters: environment, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})<-[:CONTAINS]-(parent)
USING INDEX SEEK o:Object(environment, id)
RETURN id AS target_id, CASE WHEN parent:Environment THEN '' ELSE parent.id END AS source_id
