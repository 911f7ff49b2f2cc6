// name: object_surroundings
// purpose: one object with all that is known of it: what contains it, what it contains, and its links
// mode: read
// parameters: environment, id, limit
MATCH (o:Object {environment: $environment, id: $id})
CALL (o) {
  OPTIONAL MATCH way = (o)<-[:CONTAINS*1..8]-(top:Object)
  WITH way ORDER BY length(way) DESC LIMIT 1
  RETURN [parent IN reverse(tail(nodes(way))) | parent {
    .*, details: null, hash: null, links_hash: null,
    first_seen: toString(parent.first_seen), last_changed: toString(parent.last_changed)
  }] AS parents
}
CALL (o) {
  MATCH (o)-[:CONTAINS]->(child:Object)
  WITH child.type AS type, count(*) AS count ORDER BY type
  RETURN collect({type: type, count: count}) AS children
}
CALL (o) {
  MATCH (o)-[l]-(other:Object) WHERE l.link_type IS NOT NULL
  WITH l, other ORDER BY l.link_type, other.id LIMIT $limit
  RETURN collect(l {.link_type, .name, .state, .status, .weight, .networks,
                    source_id: startNode(l).id, target_id: endNode(l).id,
                    other: other {.id, .type, .name, .host, .status}}) AS links
}
CALL (o) {
  MATCH (o)-[l]-(:Object) WHERE l.link_type IS NOT NULL
  WITH l.link_type AS link_type, count(*) AS count ORDER BY link_type
  RETURN collect({link_type: link_type, count: count}) AS link_counts
}
RETURN o {.*, first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node,
       coalesce(parents, []) AS parents, children, links, link_counts
