// name: impact_routers
// purpose: routers by id or by a network that they join: where they run, their interfaces, and their floating IPs
// mode: read
// parameters: environment, routers, networks, owners, most
CALL () {
  UNWIND $routers AS id
  MATCH (r:Object:Router {environment: $environment, id: id})
  RETURN r
  UNION
  UNWIND $networks AS network
  MATCH (p:Port)
  USING INDEX p:Port(environment, network_id, device_owner)
  WHERE p.environment = $environment AND p.network_id = network AND p.device_owner IN $owners
  MATCH (p)<-[:ROUTER_PORT]-(r:Router)
  RETURN r
}
WITH DISTINCT r
WITH r {.id, .type, .name, .project_id, .scope, .distributed, .external_network} AS router,
     COLLECT {
       MATCH (r)-[:ROUTER_VSERVICE]->(s:Vservice)
       RETURN s {.id, .type, .name, .host, .scope, .service_type, .service_id}
     } AS services,
     COLLECT {
       MATCH (r)-[:ROUTER_PORT]->(p:Port)
       RETURN {id: p.id, network: p.network_id, owner: p.device_owner, subnets: p.subnet_ids,
               vnics: COLLECT { MATCH (p)-[:PORT_VNIC]->(v)<-[:VSERVICE_VNIC]-(s) RETURN [s.id, v.id] }}
     } AS ports,
     COLLECT {
       MATCH (f:FloatingIp {environment: $environment, router_id: r.id})
       OPTIONAL MATCH (f)-[:FLOATING_IP_PORT]->(p:Port)
       RETURN {node: f {.id, .type, .name, .project_id, .scope}, inside: p.network_id} LIMIT $most
     } AS floating_ips
ORDER BY router.id
RETURN collect({router: router, services: services, ports: ports, floating_ips: floating_ips}) AS rows
