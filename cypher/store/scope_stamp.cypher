// name: scope_stamp
// purpose: say how completely the scope was read, unless a newer reading has been written
// mode: write
// parameters: environment, key, source, scope_name, fence, observed_at, completed, properties
// `fence` is null where nothing has been written yet.
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
MERGE (s:Scope {environment: $environment, key: $key})
ON CREATE SET s.source = $source, s.name = $scope_name
WITH lease, s, CASE WHEN $fence IS NULL THEN coalesce(s.fenced_at <= $observed_at, true)
                    ELSE coalesce(s.fence = $fence, false) END AS valid
FOREACH (_ IN CASE WHEN valid THEN [1] ELSE [] END |
  SET s += $properties, s.fence = lease.token, s.fenced_at = $observed_at, s.observed_at = $observed_at,
      s.completed_at = CASE WHEN $completed THEN $observed_at ELSE s.completed_at END,
      s.written_at = datetime.transaction('Z')
)
RETURN valid, toString(s.fenced_at) AS fenced_at
