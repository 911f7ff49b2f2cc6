// name: search_ranked
// purpose: last part of a search for a text: what is found in all these ways, the best first, after a place in this order
// mode: read
// parameters: text, folded, exact, scalars, lists, after, limit
}
WITH o, min(late) AS late
WITH o, late, toLower(o.name) AS name,
     late = -1 AND (any(key IN $scalars[o.type] WHERE toLower(o[key]) IN $exact)
                    OR any(key IN $lists[o.type] WHERE any(value IN o[key] WHERE toLower(value) IN $exact
                                                   OR toLower(split(value, '/')[0]) IN $exact))) AS says
WITH o,
     // What is late comes after all else, so that the first pages need not look for it.
     CASE WHEN late = 1 THEN 7 WHEN o.id = $text THEN 0 WHEN name = $folded THEN 1 WHEN says THEN 2
          WHEN o.id STARTS WITH $text THEN 3 WHEN name STARTS WITH $folded THEN 4
          WHEN any(key IN $scalars[o.type] WHERE toLower(o[key]) CONTAINS $folded) THEN 5 ELSE 6 END AS rank
// No score: it depends on all that is in the index, and pages must follow each other while a scan writes.
WITH o, rank, [toString(rank), o.type, coalesce(o.name, ''), o.environment, o.id] AS place
WHERE $after IS NULL OR place > $after
WITH o {.*, details: null, hash: null, links_hash: null,
        first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node,
     rank, place
ORDER BY place LIMIT $limit
RETURN collect({node: node, rank: rank, place: place}) AS rows
