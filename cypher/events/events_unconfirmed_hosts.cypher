// name: events_unconfirmed_hosts
// purpose: a share of the hosts, those whose scopes were read longest ago
// mode: read
// parameters: environment, source, share
MATCH (s:Scope {environment: $environment})
WHERE s.key IS NOT NULL AND s.source = $source
WITH s ORDER BY s.observed_at
WITH collect(s.name) AS hosts
RETURN hosts[0..toInteger(ceil(size(hosts) * $share))] AS hosts
