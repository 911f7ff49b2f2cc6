// name: address_known
// purpose: whether anything in an environment has an address
// mode: read
// parameters: environment, index, words
CALL db.index.fulltext.queryNodes($index, $words) YIELD node
WITH node WHERE node.environment = $environment
RETURN true AS known LIMIT 1
