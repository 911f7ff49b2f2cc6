// name: events_superseded
// purpose: of answers, those whose scope somebody has begun to write from a reading that is newer than they are
// mode: read
// parameters: environment, rows
// A row is [number of the answer, key of its scope, when it was observed].
UNWIND $rows AS row
MATCH (s:Scope {environment: $environment, key: row[1]})
USING INDEX SEEK s:Scope(environment, key)
WHERE s.fenced_at > row[2]
RETURN row[0] AS number
