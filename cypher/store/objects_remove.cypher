// name: objects_remove
// purpose: remove objects with all their links
// mode: write
// parameters: environment, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
DETACH DELETE o
