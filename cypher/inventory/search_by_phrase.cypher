// name: search_by_phrase
// purpose: part of a search, after those of each environment: objects that have the words as they are
// mode: read
// parameters: environments, index, phrases
CALL db.index.fulltext.queryNodes($index, $phrases) YIELD node AS o
WHERE $environments IS NULL OR o.environment IN $environments
