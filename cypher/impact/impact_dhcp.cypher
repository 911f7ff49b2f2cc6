// name: impact_dhcp
// purpose: networks with all the places where their DHCP service runs
// mode: read
// parameters: environment, networks
UNWIND $networks AS id
MATCH (n:Object:Network {environment: $environment, id: id})
WITH n {.id, .type, .name, .project_id, .scope, .network_type, .external} AS network,
     COLLECT {
       MATCH (n)-[:NETWORK_VSERVICE]->(s:Vservice)-[:VSERVICE_VNIC]->(v:Vnic)
       RETURN [s.id, v.id]
     } AS services
RETURN collect({network: network, services: services}) AS rows
