// name: impact_instances
// purpose: instances with the networks of their ports
// mode: read
// parameters: environment, instances
UNWIND $instances AS id
MATCH (i:Object:Instance {environment: $environment, id: id})
WITH i {.id, .type, .name, .host, .project_id, .scope} AS node, coalesce(i.networks, []) AS networks,
     COLLECT { MATCH (p:Port {environment: $environment, device_id: id}) RETURN [p.id, p.network_id] } AS ports
RETURN collect({node: node, networks: networks, ports: ports}) AS rows
