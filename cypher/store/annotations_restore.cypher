// name: annotations_restore
// purpose: give back the annotations of objects that returned
// mode: write
// plan: kept
// parameters: environment, ids
UNWIND $ids AS id
MATCH (a:Annotation {environment: $environment, object_id: id})
USING INDEX SEEK a:Annotation(environment, object_id)
MATCH (o:Object {environment: $environment, id: id})
USING INDEX SEEK o:Object(environment, id)
SET o += a {.alias, .application, .service, .note}
DELETE a
