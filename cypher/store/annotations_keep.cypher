// name: annotations_keep
// purpose: keep the annotations of objects that go
// mode: write
// plan: kept
// parameters: environment, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
USING INDEX SEEK o:Object(environment, id)
WHERE coalesce(o.alias, o.application, o.service, o.note) IS NOT NULL
MERGE (a:Annotation {environment: $environment, object_id: id})
SET a.type = o.type, a.kept_at = datetime.transaction('Z'),
    a.alias = o.alias, a.application = o.application, a.service = o.service, a.note = o.note
