// name: object_surroundings
// purpose: one object with all that is known of it: what contains it, what it contains, and its links
// mode: read
// parameters: environment, id, limit
MATCH (o:Object {environment: $environment, id: $id})
CALL (o) {
  OPTIONAL MATCH way = (o)<-[:CONTAINS*1..8]-(top:Object)
  WITH way ORDER BY length(way) DESC LIMIT 1
  RETURN [parent IN reverse(tail(nodes(way))) | parent {.*, details: null}] AS parents
}
CALL (o) {
  MATCH (o)-[:CONTAINS]->(child:Object)
  WITH child.type AS type, count(*) AS count ORDER BY type
  RETURN collect({type: type, count: count}) AS children
}
CALL (o) {
  MATCH (o)-[l]-(other:Object) WHERE l.link_type IS NOT NULL
  WITH l, other ORDER BY l.link_type, other.id LIMIT $limit
  RETURN collect(l {.*, source_id: startNode(l).id, target_id: endNode(l).id,
                    other: other {.id, .type, .name, .host, .status}}) AS links
}
CALL (o) {
  MATCH (o)-[l]-(:Object) WHERE l.link_type IS NOT NULL
  WITH l.link_type AS link_type, count(*) AS count ORDER BY link_type
  RETURN collect({link_type: link_type, count: count}) AS link_counts
}
RETURN properties(o) AS node, coalesce(parents, []) AS parents, children, links, link_counts
