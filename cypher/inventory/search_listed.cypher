// name: search_listed
// purpose: last part of a search without a text: all that is found, by type and name, after a place in this order
// mode: read
// parameters: after, limit
}
WITH DISTINCT o
WITH o, ['0', o.type, coalesce(o.name, ''), o.environment, o.id] AS place
WHERE $after IS NULL OR place > $after
WITH o {.*, details: null, hash: null, links_hash: null,
        first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node,
     0 AS rank, place
ORDER BY place LIMIT $limit
RETURN collect({node: node, rank: rank, place: place}) AS rows
