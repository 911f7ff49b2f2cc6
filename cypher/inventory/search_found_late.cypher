// name: search_found_late
// purpose: part of a search, after a way to what comes after all that is found in others: so many of it
// mode: read
// parameters: considered
RETURN o, 1 AS late LIMIT $considered
