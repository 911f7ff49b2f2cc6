// name: scopes
// purpose: the scopes of an environment and how complete they were read
// mode: read
// parameters: environment
MATCH (s:Scope {environment: $environment})
WHERE s.key IS NOT NULL
RETURN s.key AS key, s.outcome AS outcome, s.problems AS problems, toString(s.observed_at) AS observed_at,
       toString(s.completed_at) AS completed_at, s.objects AS objects
ORDER BY key
