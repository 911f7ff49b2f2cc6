// name: environment_services
// purpose: how the scopes of a cloud's services were last read; those of hosts are left out
// mode: read
// parameters: environment, hosts
MATCH (s:Scope {environment: $environment})
WHERE s.key IS NOT NULL AND NOT s.source IN $hosts
RETURN s.key AS scope, s.outcome AS outcome, s.problems AS problems, toString(s.observed_at) AS observed_at
ORDER BY scope
