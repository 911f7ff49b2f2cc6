// name: scopes_without_host
// purpose: host scopes whose host a complete reading of the hosts does not know
// mode: read
// parameters: environment, sources, host_source
MATCH (hosts:Scope {environment: $environment})
WHERE hosts.key STARTS WITH $host_source + '/'
WITH collect(hosts.outcome) AS outcomes
WHERE size(outcomes) > 0 AND all(outcome IN outcomes WHERE outcome = 'complete')
MATCH (s:Scope {environment: $environment})
WHERE s.key IS NOT NULL AND s.source IN $sources
  AND NOT EXISTS { MATCH (h:Object:Host {environment: $environment, id: s.name}) }
RETURN s.key AS key
ORDER BY key
