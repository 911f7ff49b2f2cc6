// name: near_matches
// purpose: objects whose words are nearly those of a text, the likeliest first
// mode: read
// parameters: environment, index, words, limit
CALL db.index.fulltext.queryNodes($index, $words) YIELD node AS o, score
WHERE o.environment = $environment
RETURN o {.*, details: null} AS node
ORDER BY score DESC, o.type, o.name, o.id
LIMIT $limit
