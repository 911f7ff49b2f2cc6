// name: links_of_sources
// purpose: the links of one type that start at these objects
// mode: read
// plan: kept
// parameters: environment, ids
// template: relationship
UNWIND $ids AS id
MATCH (source:Object {environment: $environment, id: id})-[link:<<relationship>>]->(target)
USING INDEX SEEK source:Object(environment, id)
RETURN id AS source_id, target.id AS target_id, properties(link) AS properties
