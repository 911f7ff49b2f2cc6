// 6  A network: who is on it, and where
// name: network_members
// purpose: the ports of a network (its id or name), with what is plugged into them and on which host
// mode: read
// parameters: environment, network
MATCH (n:Object {environment: $environment})
WHERE n:Network AND (n.id = $network OR n.name = $network)
MATCH (n)-[:CONTAINS]->(p:Port)
OPTIONAL MATCH (p)-[:PORT_VNIC]->(v:Vnic)<-[:INSTANCE_VNIC|VSERVICE_VNIC]-(user)
RETURN n.name AS network, n.id AS network_id, p.ip_addresses AS addresses, p.mac_address AS mac, p.source_status AS status,
       coalesce(user.name, p.device_owner) AS plugged_into, v.host AS host
ORDER BY network_id, addresses
LIMIT 1000
