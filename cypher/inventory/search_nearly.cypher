// name: search_nearly
// purpose: objects of an environment whose words are nearest to those that are looked for
// mode: read
// parameters: environment, index, words, limit
CALL db.index.fulltext.queryNodes($index, $words) YIELD node AS o, score
WHERE o.environment = $environment
RETURN o {.*, details: null} AS node, score ORDER BY score DESC LIMIT $limit
