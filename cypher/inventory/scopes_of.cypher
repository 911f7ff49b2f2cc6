// name: scopes_of
// purpose: how complete some scopes were read, and which others were not complete
// mode: read
// parameters: environment, keys
CALL () {
  MATCH (s:Scope) WHERE s.environment = $environment AND s.key IN $keys RETURN s
  UNION
  MATCH (s:Scope) WHERE s.environment = $environment AND s.outcome IN ['partial', 'failed'] RETURN s
}
WITH s ORDER BY s.key
RETURN collect({key: s.key, outcome: s.outcome, problems: s.problems, observed_at: toString(s.observed_at),
                completed_at: toString(s.completed_at), objects: s.objects}) AS rows
