// name: path_ports
// purpose: the ports of the ends of a path, with network, subnets, floating addresses and security groups of each
// mode: read
// parameters: environment, ends
UNWIND $ends AS end
CALL (end) {
  MATCH (p:Port {environment: $environment, device_id: end}) RETURN p
  UNION
  MATCH (p:Object:Port {environment: $environment, id: end}) RETURN p
  UNION
  MATCH (:Object:Vnic {environment: $environment, id: end})<-[:PORT_VNIC]-(p:Port) RETURN p
  UNION
  MATCH (:Object:Vservice {environment: $environment, id: end})-[:VSERVICE_VNIC]->(:Vnic)<-[:PORT_VNIC]-(p:Port)
  RETURN p
  UNION
  MATCH (:Object:FloatingIp {environment: $environment, id: end})-[:FLOATING_IP_PORT]->(p:Port) RETURN p
}
RETURN end, properties(p) AS port,
       COLLECT { MATCH (n:Object:Network {environment: $environment, id: p.network_id}) RETURN properties(n) } AS networks,
       COLLECT {
         UNWIND p.subnet_ids AS subnet
         MATCH (s:Object:Subnet {environment: $environment, id: subnet}) RETURN properties(s)
       } AS subnets,
       COLLECT {
         MATCH (f:FloatingIp)-[leads:FLOATING_IP_PORT]->(p)
         RETURN {floating_ip: properties(f), link: leads {.*, source_id: f.id, target_id: p.id}}
       } AS floating_ips,
       COLLECT {
         UNWIND p.security_groups AS group
         MATCH (g:Object:SecurityGroup {environment: $environment, id: group}) RETURN properties(g)
       } AS security_groups
ORDER BY end, port.id
