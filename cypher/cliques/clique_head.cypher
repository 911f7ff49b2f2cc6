// name: clique_head
// purpose: first part of every clique statement: the focal points that are asked for, one row each
// mode: read
// parameters: environment, focal_points
UNWIND $focal_points AS focal_id
MATCH (focal:Object {environment: $environment, id: focal_id})
USING INDEX SEEK focal:Object(environment, id)
CALL (focal) {
