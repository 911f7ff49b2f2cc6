// 8  Floating addresses and where they lead
// name: floating_addresses
// purpose: each floating address with the instance that it reaches
// mode: read
// parameters: environment
MATCH (f:Object {environment: $environment, type: 'floating_ip'})
OPTIONAL MATCH (f)-[:FLOATING_IP_PORT]->(p:Port)
OPTIONAL MATCH (p)-[:PORT_VNIC]->(:Vnic)<-[:INSTANCE_VNIC]-(i:Instance)
RETURN f.ip_address AS floating, f.source_status AS status, p.ip_addresses AS leads_to, i.name AS instance, i.host AS host
ORDER BY floating
LIMIT 1000
