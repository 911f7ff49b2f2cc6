// name: metrics_environments
// purpose: what the graph shows of each environment's scans, scopes and readings
// mode: read
// parameters: now, dead_after
// The name is read once: of what is removed at this moment it is null from then on.
MATCH (e:Environment)
WITH e.name AS name
WHERE name IS NOT NULL
CALL (name) {
  OPTIONAL MATCH (s:Scan {environment: name})
  WHERE s.status IN ['completed', 'completed_with_errors'] AND coalesce(s.whole, true)
  RETURN max(s.ended_at) AS success
}
CALL (name) {
  OPTIONAL MATCH (c:Scope {environment: name})
  WHERE c.key IS NOT NULL
  WITH c.outcome AS outcome, count(c) AS number
  RETURN collect([outcome, number]) AS scopes
}
CALL (name) {
  OPTIONAL MATCH (r:RefreshRequest {environment: name})
  WHERE r.key IS NOT NULL
  RETURN count(r) AS rereads, min(r.due_at) AS due
}
RETURN name AS environment, success.epochMillis / 1000.0 AS success, scopes, rereads,
       COUNT { MATCH (s:Scan {environment: name, status: 'pending'}) } AS waiting,
       COUNT { MATCH (s:Scan {environment: name, status: 'running'})
               WHERE s.heartbeat >= datetime() - duration({seconds: $dead_after}) } AS running,
       CASE WHEN due < $now THEN duration.inSeconds(due, $now).milliseconds / 1000.0 ELSE 0.0 END AS overdue
ORDER BY environment
