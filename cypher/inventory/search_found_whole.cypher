// name: search_found_whole
// purpose: part of a search, after a way to what may say the whole text: so many of it
// mode: read
// parameters: considered
RETURN o, -1 AS late LIMIT $considered
