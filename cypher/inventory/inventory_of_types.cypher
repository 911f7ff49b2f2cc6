// name: inventory_of_types
// purpose: a page of the objects of some types, in the order of ids
// mode: read
// parameters: environment, types, host, parent_id, after, limit
MATCH (o:Object)
USING INDEX o:Object(environment, type)
WHERE o.environment = $environment AND o.type IN $types AND o.id > $after
  AND ($host IS NULL OR o.host = $host)
  AND ($parent_id IS NULL OR o.parent_id = $parent_id)
WITH o {.*, details: null, hash: null, links_hash: null,
        first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node
ORDER BY o.id LIMIT $limit
RETURN collect({node: node}) AS rows
