// name: search_nearly
// purpose: objects of an environment whose words are nearest to those that are looked for
// mode: read
// parameters: environment, index, words, limit
CALL db.index.fulltext.queryNodes($index, $words) YIELD node AS o, score
WHERE o.environment = $environment
RETURN o {.*, details: null, hash: null, links_hash: null,
          first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node,
       score ORDER BY score DESC LIMIT $limit
