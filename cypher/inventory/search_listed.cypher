// name: search_listed
// purpose: last part of a search without a text: all that is found, by type and name, after a place in this order
// mode: read
// parameters: after, limit
}
WITH DISTINCT o
WITH o, ['0', o.type, coalesce(o.name, ''), o.environment, o.id] AS place
WHERE $after IS NULL OR place > $after
RETURN o {.*, details: null} AS node, 0 AS rank, place ORDER BY place LIMIT $limit
