// name: scopes_of
// purpose: how complete some scopes were read, and which others were not complete
// mode: read
// parameters: environment, keys
MATCH (s:Scope {environment: $environment})
WHERE s.key IS NOT NULL AND (s.key IN $keys OR s.outcome <> 'complete')
RETURN s.key AS key, s.outcome AS outcome, s.problems AS problems, s.observed_at AS observed_at,
       s.completed_at AS completed_at, s.objects AS objects
ORDER BY key
