// name: search_environments_done
// purpose: part of a search, after the ways that are gone for each environment
// mode: read
}
RETURN o, late
