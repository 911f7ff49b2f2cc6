// name: events_inside
// purpose: subnets and ports of networks, which go with them
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (:Object {environment: $environment, id: id})-[:CONTAINS]->(inside)
WHERE inside:Subnet OR inside:Port
RETURN inside.id AS id, inside.type AS type
