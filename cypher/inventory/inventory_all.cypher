// name: inventory_all
// purpose: a page of everything that was discovered, in the order of ids
// mode: read
// parameters: environment, types, host, parent_id, after, limit
MATCH (o:Object)
WHERE o.environment = $environment AND o.id > $after
  AND ($types IS NULL OR o.type IN $types)
  AND ($host IS NULL OR o.host = $host)
  AND ($parent_id IS NULL OR o.parent_id = $parent_id)
WITH o {.*, details: null, hash: null, links_hash: null,
        first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node
ORDER BY o.environment, o.id LIMIT $limit
RETURN collect({node: node}) AS rows
