// name: records_of_type
// purpose: objects of a type, except what some scopes own
// mode: read
// plan: kept
// parameters: environment, type, excluding
MATCH (o:Object {environment: $environment, type: $type})
USING INDEX SEEK o:Object(environment, type)
WHERE NOT o.scope IN $excluding
RETURN properties(o) AS node
