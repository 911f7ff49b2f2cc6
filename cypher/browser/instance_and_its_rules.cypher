// 4  An instance, its ports and its security groups
// name: instance_and_its_rules
// purpose: the logical side of an instance (its id or name): ports, networks, floating addresses, security groups
// mode: read
// parameters: environment, instance
MATCH (i:Object {environment: $environment})
WHERE i:Instance AND (i.id = $instance OR i.name = $instance)
MATCH ports = (i)-[:INSTANCE_VNIC]->(:Vnic)<-[:PORT_VNIC]-(port:Port)<-[:CONTAINS]-(:Network)
OPTIONAL MATCH rules = (:SecurityGroup)-[:SECURITY_GROUP_PORT]->(port)
OPTIONAL MATCH floating = (:FloatingIp)-[:FLOATING_IP_PORT]->(port)
RETURN ports, rules, floating
