// name: example_instance
// purpose: a running instance that is worth looking at: one that a floating address leads to, with many networks
// mode: read
// parameters: environment
MATCH (i:Instance {environment: $environment})-[:INSTANCE_VNIC]->(v:Vnic)
OPTIONAL MATCH (v)<-[:PORT_VNIC]-(:Port)<-[:FLOATING_IP_PORT]-(f:FloatingIp)
WITH i, count(DISTINCT f) AS floating, count(DISTINCT v) AS vnics
RETURN i.id AS id, i.name AS name
ORDER BY floating DESC, vnics DESC, name, id LIMIT 1
