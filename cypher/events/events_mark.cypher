// name: events_mark
// purpose: remember when, and in which version, something newer than the last scan was said of objects
// mode: write
// parameters: environment, rows, said_at
// A row is [id, version]; a version is null where what was said is not the owner's word.
UNWIND $rows AS row
MATCH (o:Object {environment: $environment, id: row[0]})
USING INDEX SEEK o:Object(environment, id)
WHERE coalesce(o.said_at <= $said_at, true)
SET o.said_at = $said_at, o.said_version = coalesce(row[1], o.said_version)
