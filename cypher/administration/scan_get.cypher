// name: scan_get
// purpose: one scan with its report
// mode: read
// parameters: environment, id, dead_after
MATCH (s:Scan {environment: $environment, id: $id})
RETURN properties(s) AS scan, toString(coalesce(s.requested_at, s.started_at)) AS asked_at,
       s.heartbeat >= datetime() - duration({seconds: $dead_after}) AS heard_of
