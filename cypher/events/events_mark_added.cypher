// name: events_mark_added
// purpose: remember when another than the owner of objects added something newer than the last scan to them
// mode: write
// parameters: environment, ids, added_at
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
USING INDEX SEEK o:Object(environment, id)
WHERE coalesce(o.added_at <= $added_at, true)
SET o.added_at = $added_at
