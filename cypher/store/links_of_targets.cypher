// name: links_of_targets
// purpose: the links of one type that end at these objects
// mode: read
// plan: kept
// parameters: environment, ids
// template: relationship
UNWIND $ids AS id
MATCH (target:Object {environment: $environment, id: id})<-[link:<<relationship>>]-(source)
USING INDEX SEEK target:Object(environment, id)
RETURN source.id AS source_id, id AS target_id, properties(link) AS properties
