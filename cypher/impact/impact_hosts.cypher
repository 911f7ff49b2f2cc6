// name: impact_hosts
// purpose: hosts as they are wired: who is plugged where, and how switches and bridges reach NICs and networks
// mode: read
// parameters: environment, hosts
UNWIND $hosts AS host
MATCH (h:Object:Host {environment: $environment, id: host})
RETURN h {.id, .type, .name, .scope} AS host,
       COLLECT {
         MATCH (h)-[:CONTAINS]->(owner:Instance|Vservice)-[has:INSTANCE_VNIC|VSERVICE_VNIC]->(v:Vnic)
         OPTIONAL MATCH (p:Port)-[:PORT_VNIC]->(v)
         RETURN {owner: owner {.id, .type, .name, .host, .project_id, .scope, .service_id, .service_type},
                 vnic: v {.id, .type, .name, .host, .scope}, networks: has.networks, port: p.id}
       } AS plugs,
       COLLECT {
         MATCH (h)-[:CONTAINS]->(:Instance|Vservice)-[:INSTANCE_VNIC|VSERVICE_VNIC]->(v:Vnic)
               -[up:VNIC_VCONNECTOR|VNIC_VEDGE]->(above)
         RETURN [v.id, above.id, up.networks] AS up_to
         UNION ALL
         MATCH (h)-[:CONTAINS]->(d:Vconnector|Vedge)
               -[up:VCONNECTOR_VEDGE|VCONNECTOR_HOST_PNIC|VEDGE_OTEP|VEDGE_HOST_PNIC]->(above)
         RETURN [d.id, above.id, up.networks] AS up_to
         UNION ALL
         MATCH (h)-[:CONTAINS]->(:Vedge)-[:VEDGE_OTEP]->(d:Otep)-[up:OTEP_HOST_PNIC|OTEP_VCONNECTOR]->(above)
         RETURN [d.id, above.id, up.networks] AS up_to
       } AS ups,
       COLLECT {
         MATCH (h)-[:CONTAINS]->(d:Vconnector|Vedge|HostPnic)
         RETURN d {.id, .type, .name, .host, .scope, .device, .master, .bond_members} AS device
         UNION ALL
         MATCH (h)-[:CONTAINS]->(:Vedge)-[:VEDGE_OTEP]->(d:Otep)
         RETURN d {.id, .type, .name, .host, .scope, .device, .master, .bond_members} AS device
       } AS devices,
       COLLECT {
         MATCH (h)-[:CONTAINS]->(nic:HostPnic)-[:HOST_PNIC_NETWORK]->(n:Network)
         RETURN [nic.id, n.id, n.network_type]
       } AS wires
