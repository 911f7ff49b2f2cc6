// name: search_by_name
// purpose: part of a search: objects whose name begins with the text
// mode: read
// parameters: text
MATCH (o:Object) WHERE o.environment = environment AND o.name STARTS WITH $text
