// name: objects_remove
// purpose: remove objects with all their links
// mode: write
// plan: kept
// parameters: environment, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
USING INDEX SEEK o:Object(environment, id)
DETACH DELETE o
