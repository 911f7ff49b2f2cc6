// name: search_found_all
// purpose: part of a search, after a way that is gone to its end
// mode: read
RETURN o, -1 AS late
