// name: search_by_id
// purpose: part of a search: objects whose id begins with the text
// mode: read
// parameters: text
MATCH (o:Object) WHERE o.environment = environment AND o.id STARTS WITH $text
