// name: scopes_stamp
// purpose: say how completely scopes were read, unless a newer reading has been written
// mode: write
// plan: kept
// parameters: environment, rows
// A row is {key, source, name, fence, observed_at, completed, properties, digests, compared}; its `fence` is null where
// nothing has been written yet. `digests` tell what the graph holds, unless it was touched after it was `compared`.
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
WITH lease
UNWIND $rows AS row
MERGE (s:Scope {environment: $environment, key: row.key})
ON CREATE SET s.source = row.source, s.name = row.name
WITH lease, row, s, CASE WHEN row.fence IS NULL THEN coalesce(s.fenced_at <= row.observed_at, true)
                         ELSE coalesce(s.fence = row.fence, false) END AS valid
FOREACH (_ IN CASE WHEN valid THEN [1] ELSE [] END |
  SET s += row.properties, s.fence = lease.token, s.fenced_at = row.observed_at, s.observed_at = row.observed_at,
      s.completed_at = CASE WHEN row.completed THEN row.observed_at ELSE s.completed_at END,
      s.written_at = datetime.transaction('Z'),
      s.digests = CASE WHEN coalesce(s.touched, 0) <= row.compared THEN row.digests END
)
RETURN s.key AS key, valid, toString(s.fenced_at) AS fenced_at
