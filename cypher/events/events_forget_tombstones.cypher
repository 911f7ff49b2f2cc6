// name: events_forget_tombstones
// purpose: forget what was gone so long ago that no listing or notification of before can still come
// mode: write
// parameters: environment, days
MATCH (t:Tombstone {environment: $environment})
WHERE t.id IS NOT NULL AND t.said_at < datetime() - duration({days: $days})
DELETE t
RETURN count(*) AS forgotten
