// name: objects_by_ids
// purpose: objects with all that is known of them
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
RETURN properties(o) AS node
