// name: search_by_words
// purpose: part of a search, after those of each environment: objects that words occur in
// mode: read
// parameters: environments, index, words
CALL db.index.fulltext.queryNodes($index, $words) YIELD node AS o
WHERE $environments IS NULL OR o.environment IN $environments
