// name: path_routers
// purpose: the routers that have an interface on some networks, or are asked for, with their ports, networks, subnets
// mode: read
// parameters: environment, networks, owners, routers
CALL () {
  UNWIND $networks AS network
  MATCH (p:Port)
  USING INDEX p:Port(environment, network_id, device_owner)
  WHERE p.environment = $environment AND p.network_id = network AND p.device_owner IN $owners
  MATCH (p)<-[:ROUTER_PORT]-(r:Router)
  RETURN r
  UNION
  UNWIND $routers AS router
  MATCH (r:Object:Router {environment: $environment, id: router})
  RETURN r
}
WITH DISTINCT r
CALL (r) {
  MATCH (r)-[:ROUTER_PORT]->(p:Port)
  RETURN collect(properties(p)) AS ports, collect(DISTINCT p.network_id) AS joined,
         reduce(all = [], ids IN collect(coalesce(p.subnet_ids, [])) | all + ids) AS subnet_ids
}
RETURN properties(r) AS router, ports,
       COLLECT {
         UNWIND joined AS id
         MATCH (n:Object:Network {environment: $environment, id: id}) RETURN properties(n)
       } AS networks,
       COLLECT {
         UNWIND subnet_ids AS id
         MATCH (s:Object:Subnet {environment: $environment, id: id}) RETURN DISTINCT properties(s)
       } AS subnets
ORDER BY router.id
