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
  RETURN collect(p {.id, .type, .name, .network_id, .device_id, .device_owner, .ip_addresses, .subnet_ids,
                    .admin_state_up, .source_status, .scope}) AS ports,
         collect(DISTINCT p.network_id) AS joined,
         reduce(all = [], ids IN collect(coalesce(p.subnet_ids, [])) | all + ids) AS subnet_ids
}
WITH r {.*, hash: null, links_hash: null, first_seen: null, last_changed: null} AS router, ports,
     COLLECT {
       UNWIND joined AS id
       MATCH (n:Object:Network {environment: $environment, id: id})
       RETURN n {.id, .type, .name, .network_type, .segmentation_id, .external, .cidrs, .admin_state_up,
                 .source_status, .status, .details, .scope}
     } AS networks,
     COLLECT {
       UNWIND subnet_ids AS id
       MATCH (s:Object:Subnet {environment: $environment, id: id})
       RETURN DISTINCT s {.id, .type, .name, .network_id, .cidr, .gateway_ip, .host_routes, .scope}
     } AS subnets
ORDER BY router.id
RETURN collect({router: router, ports: ports, networks: networks, subnets: subnets}) AS rows
