// 13  What is not known completely, or not lately
// name: stale_scopes
// purpose: parts of the environment whose last reading was not complete, or is older than `hours`
// mode: read
// parameters: environment, hours
MATCH (s:Scope {environment: $environment})
WHERE s.key IS NOT NULL
  AND (s.outcome IS NULL OR s.outcome <> 'complete' OR s.completed_at IS NULL
       OR s.completed_at < datetime() - duration({hours: $hours}))
RETURN s.source AS source, s.name AS scope, s.outcome AS outcome, s.completed_at AS complete_as_of, s.problems AS problems
ORDER BY complete_as_of, source, scope
