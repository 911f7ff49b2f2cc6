// name: environment_grouped
// purpose: what an environment contains directly, by type: how many, and the first of them by name
// mode: read
// parameters: environment, limit
MATCH (:Environment {name: $environment})-[:CONTAINS]->(child:Object)
WITH child ORDER BY child.name, child.id
WITH child.type AS type, count(*) AS count, collect(child)[..$limit] AS children
RETURN '' AS parent_id, type, count, [child IN children | child {
  .*, details: null, hash: null, links_hash: null,
  first_seen: toString(child.first_seen), last_changed: toString(child.last_changed)
}] AS children
