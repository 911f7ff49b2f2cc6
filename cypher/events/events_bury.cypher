// name: events_bury
// purpose: remember that objects are gone, so that no older listing or notification brings them back
// mode: write
// parameters: environment, ids, said_at, told
// told: whether a notification says so, and not only an answer.
UNWIND $ids AS id
MERGE (t:Tombstone {environment: $environment, id: id})
SET t.said_at = CASE WHEN t.said_at > $said_at THEN t.said_at ELSE $said_at END,
    t.told = $told OR coalesce(t.told, false)
