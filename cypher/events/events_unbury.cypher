// name: events_unbury
// purpose: objects that were read after they were said to be gone are there again
// mode: write
// parameters: environment, ids, observed_at
UNWIND $ids AS id
MATCH (t:Tombstone {environment: $environment, id: id})
WHERE t.said_at <= $observed_at
DELETE t
