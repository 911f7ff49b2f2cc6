// name: search_by_type
// purpose: part of a search: objects of some types
// mode: read
// parameters: types
MATCH (o:Object) WHERE o.environment = environment AND o.type IN $types
