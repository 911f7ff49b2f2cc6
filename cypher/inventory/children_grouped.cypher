// name: children_grouped
// purpose: what objects contain, by type: how many, and the first of them by name
// mode: read
// parameters: environment, parents, limit
UNWIND $parents AS parent_id
MATCH (:Object {environment: $environment, id: parent_id})-[:CONTAINS]->(child:Object)
WITH parent_id, child ORDER BY child.name, child.id
WITH parent_id, child.type AS type, count(*) AS count, collect(child)[..$limit] AS children
WITH parent_id, type, count, [child IN children | child {
  .*, details: null, hash: null, links_hash: null,
  first_seen: toString(child.first_seen), last_changed: toString(child.last_changed),
  serves: CASE WHEN child:Vservice THEN head([(child)<-[:ROUTER_VSERVICE|NETWORK_VSERVICE]-(served) | served.name]) END
}] AS children
RETURN collect({parent_id: parent_id, type: type, count: count, children: children}) AS rows
