// name: events_any_port
// purpose: one port, if neutron has told of any
// mode: read
// parameters: environment
MATCH (p:Port {environment: $environment})
WHERE p.network_id IS NOT NULL
RETURN properties(p) AS node
LIMIT 1
