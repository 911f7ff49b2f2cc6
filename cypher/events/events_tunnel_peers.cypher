// name: events_tunnel_peers
// purpose: hosts at the far end of tunnels of a host that only one of the two has: the other has them in a moment
// mode: read
// parameters: environment, host
MATCH (near:Object {environment: $environment, host: $host})-[:OTEP_OTEP]-(far:Otep)
WHERE near:Otep AND far.host <> $host
  AND (NOT EXISTS { (near)-[:OTEP_OTEP]->(far) } OR NOT EXISTS { (far)-[:OTEP_OTEP]->(near) })
RETURN DISTINCT far.host AS host
