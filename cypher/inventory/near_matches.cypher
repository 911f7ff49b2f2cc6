// name: near_matches
// purpose: objects whose words are nearly those of a text, the likeliest first
// mode: read
// parameters: environment, index, words, limit
CALL db.index.fulltext.queryNodes($index, $words) YIELD node AS o, score
WHERE o.environment = $environment
RETURN o {.*, details: null, hash: null, links_hash: null,
          first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node
ORDER BY score DESC, o.type, o.name, o.id
LIMIT $limit
