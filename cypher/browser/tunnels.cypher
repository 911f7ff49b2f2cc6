// 9  Tunnels between hosts
// name: tunnels
// purpose: the tunnel endpoints, the tunnels between them, and the NICs that carry them
// mode: read
// parameters: environment
MATCH (t:Object {environment: $environment, type: 'otep'})
OPTIONAL MATCH tunnel = (t)-[:OTEP_OTEP]->(:Otep)
OPTIONAL MATCH carried = (t)-[:OTEP_HOST_PNIC|OTEP_VCONNECTOR]->()
RETURN t, tunnel, carried
LIMIT 1000
