// 16  Find a name, address or note
// name: find_text
// purpose: objects that a text names; the words are searched in names, addresses, ids and annotations
// mode: read
// parameters: environment, text
CALL db.index.fulltext.queryNodes('calipso_search', '"' + replace(replace($text, '\\', '\\\\'), '"', '\\"') + '"')
YIELD node, score
WHERE node.environment = $environment
RETURN node, score
LIMIT 50
