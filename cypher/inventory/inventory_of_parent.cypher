// name: inventory_of_parent
// purpose: a page of what an object contains, in the order of ids
// mode: read
// parameters: environment, types, host, parent_id, after, limit
MATCH (:Object {environment: $environment, id: $parent_id})-[:CONTAINS]->(o:Object)
WHERE o.id > $after
  AND ($types IS NULL OR o.type IN $types)
  AND ($host IS NULL OR o.host = $host)
WITH o {.*, details: null, hash: null, links_hash: null,
        first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node
ORDER BY o.id LIMIT $limit
RETURN collect({node: node}) AS rows
