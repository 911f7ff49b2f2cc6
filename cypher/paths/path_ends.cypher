// name: path_ends
// purpose: objects with their ports, and the networks, subnets, floating addresses and security groups of these
// mode: read
// parameters: environment, ends
UNWIND $ends AS end
MATCH (o:Object {environment: $environment, id: end})
CALL (o, end) {
  MATCH (p:Port {environment: $environment, device_id: end}) RETURN p
  UNION
  WITH o AS p WHERE p:Port RETURN p
  UNION
  MATCH (o:Vnic)<-[:PORT_VNIC]-(p:Port) RETURN p
  UNION
  MATCH (o:Vservice)-[:VSERVICE_VNIC]->(:Vnic)<-[:PORT_VNIC]-(p:Port) RETURN p
  UNION
  MATCH (o:FloatingIp)-[:FLOATING_IP_PORT]->(p:Port) RETURN p
  UNION
  RETURN null AS p
}
WITH end,
     CASE WHEN p IS NULL THEN o {
       .*, first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)
     } END AS node,
     p {.*, hash: null, links_hash: null, first_seen: null, last_changed: null} AS port,
     COLLECT {
       MATCH (n:Object:Network {environment: $environment, id: p.network_id})
       RETURN n {.id, .type, .name, .network_type, .segmentation_id, .external, .cidrs, .admin_state_up,
                 .source_status, .status, .details, .scope}
     } AS networks,
     COLLECT {
       UNWIND p.subnet_ids AS subnet
       MATCH (s:Object:Subnet {environment: $environment, id: subnet})
       RETURN s {.id, .type, .name, .network_id, .cidr, .gateway_ip, .host_routes, .scope}
     } AS subnets,
     COLLECT {
       MATCH (f:FloatingIp)-[leads:FLOATING_IP_PORT]->(p)
       RETURN {floating_ip: f {.*, hash: null, links_hash: null, first_seen: null, last_changed: null},
               link: leads {.link_type, .name, .state, .status, .weight, .networks,
                            source_id: f.id, target_id: p.id}}
     } AS floating_ips,
     COLLECT {
       UNWIND p.security_groups AS group
       MATCH (g:Object:SecurityGroup {environment: $environment, id: group})
       RETURN g {.id, .type, .name, .stateful, .details, .scope}
     } AS security_groups
ORDER BY end, port.id
RETURN collect({end: end, node: node, port: port, networks: networks, subnets: subnets, floating_ips: floating_ips,
                security_groups: security_groups}) AS rows
