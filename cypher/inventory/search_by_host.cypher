// name: search_by_host
// purpose: part of a search: objects on some hosts
// mode: read
// parameters: hosts
MATCH (o:Object) WHERE o.environment = environment AND o.host IN $hosts
