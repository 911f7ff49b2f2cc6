// name: scopes_of
// purpose: how complete some scopes were read, and which others were not complete
// mode: read
// parameters: environment, keys
CALL () {
  MATCH (s:Scope) WHERE s.environment = $environment AND s.key IN $keys RETURN s
  UNION
  MATCH (s:Scope) WHERE s.environment = $environment AND s.outcome IN ['partial', 'failed'] RETURN s
}
RETURN s.key AS key, s.outcome AS outcome, s.problems AS problems, s.observed_at AS observed_at,
       s.completed_at AS completed_at, s.objects AS objects
ORDER BY key
