// name: search_by_middle
// purpose: part of a search, after those of each environment: objects that have all words of the text inside a name
// mode: read
// parameters: environments, index, middles, names, parts
CALL db.index.fulltext.queryNodes($index, $middles) YIELD node AS o
WHERE ($environments IS NULL OR o.environment IN $environments)
  AND any(key IN $names WHERE any(name IN coalesce([] + o[key], [])
                                  WHERE all(part IN $parts WHERE toLower(name) CONTAINS part)))
