// name: impact_floating_ips
// purpose: the floating IPs of instances, with the network that each leads into
// mode: read
// parameters: environment, instances, most
UNWIND $instances AS id
MATCH (p:Port {environment: $environment, device_id: id})<-[:FLOATING_IP_PORT]-(f:FloatingIp)
WITH f {.id, .type, .name, .project_id, .scope} AS node, id AS instance, p.network_id AS inside
LIMIT $most
RETURN collect({node: node, instance: instance, inside: inside}) AS rows
