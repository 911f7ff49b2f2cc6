// name: scans_list
// purpose: a page of scans, those last asked for first
// mode: read
// parameters: environment, statuses, before, before_id, dead_after, limit
MATCH (s:Scan)
WHERE s.environment IS NOT NULL AND s.id IS NOT NULL
  AND ($environment IS NULL OR s.environment = $environment)
  AND ($statuses IS NULL OR s.status IN $statuses)
WITH s, coalesce(s.requested_at, s.started_at) AS asked
WHERE $before IS NULL OR asked < datetime($before) OR (asked = datetime($before) AND s.id < $before_id)
RETURN s {.*, report: null} AS scan, toString(asked) AS asked_at,
       s.heartbeat >= datetime() - duration({seconds: $dead_after}) AS heard_of
ORDER BY asked DESC, s.id DESC LIMIT $limit
