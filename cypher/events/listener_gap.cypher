// name: listener_gap
// purpose: remember that notifications were lost; what is known is doubtful until it was scanned again
// mode: write
// parameters: environment, reason
MATCH (e:Environment {name: $environment})
SET e.listener_gap_at = datetime(), e.listener_gap_reason = $reason
REMOVE e.listener_gap_scan
WITH e
OPTIONAL MATCH (s:Scope {environment: $environment})
WHERE s.outcome = 'complete'
WITH e, collect(s) AS scopes
FOREACH (s IN scopes | SET s.outcome = 'partial', s.problems = [$reason])
RETURN size(scopes) AS scopes
