// name: search_found
// purpose: part of a search, after each way: so many of what it comes to
// mode: read
// parameters: considered
RETURN o, 0 AS late LIMIT $considered
