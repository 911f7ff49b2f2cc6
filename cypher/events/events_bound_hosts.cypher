// name: events_bound_hosts
// purpose: hosts that ports of these networks are bound to
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (p:Port {environment: $environment, network_id: id})
WHERE p.binding_host IS NOT NULL
RETURN DISTINCT p.binding_host AS host
