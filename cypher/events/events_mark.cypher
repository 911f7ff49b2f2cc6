// name: events_mark
// purpose: remember when, and in which version, the owner of objects said something newer than the last scan
// mode: write
// parameters: environment, rows, said_at
// A row is [id, version].
UNWIND $rows AS row
MATCH (o:Object {environment: $environment, id: row[0]})
USING INDEX SEEK o:Object(environment, id)
WHERE coalesce(o.said_at <= $said_at, true)
SET o.said_at = $said_at, o.said_version = row[1]
