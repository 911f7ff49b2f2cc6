// name: search_union
// purpose: part of a search: between two ways
// mode: read
UNION
