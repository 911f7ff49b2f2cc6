// name: schema_indexes_awaited
// purpose: wait until the indexes serve queries
// mode: read
// parameters: seconds
CALL db.awaitIndexes($seconds)
