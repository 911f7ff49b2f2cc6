// name: object_names
// purpose: names of these objects
// mode: read
// plan: kept
// parameters: environment, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
USING INDEX SEEK o:Object(environment, id)
RETURN id, o.name AS name
