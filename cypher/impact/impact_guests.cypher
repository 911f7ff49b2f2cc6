// name: impact_guests
// purpose: the instances that have a port on some networks
// mode: read
// parameters: environment, networks, most
UNWIND $networks AS network
MATCH (p:Port)
USING INDEX p:Port(environment, network_id, device_owner)
WHERE p.environment = $environment AND p.network_id = network
      AND p.device_owner >= 'compute:' AND p.device_owner <= 'trunk:subport'
      AND NOT p.device_owner STARTS WITH 'network:'
OPTIONAL MATCH (trunk:Object:Port {environment: $environment, id: p.trunk_parent})
MATCH (i:Object:Instance {environment: $environment, id: coalesce(trunk.device_id, p.device_id)})
WITH DISTINCT i {.id, .type, .name, .host, .project_id, .scope} AS node, network
LIMIT $most
RETURN collect({node: node, network: network}) AS rows
