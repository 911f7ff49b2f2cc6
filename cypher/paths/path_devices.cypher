// name: path_devices
// purpose: for each start (a port's devices, or a device) what carries one network up to the wire, and what is around
// mode: read
// parameters: environment, starts, networks, hosts, keys, host_sources
UNWIND $starts AS start
CALL (start) {
  MATCH (:Object:Port {environment: $environment, id: start.port})-[realizes:PORT_VNIC]->(first:Vnic)
  WHERE start.hosts IS NULL OR first.host IN start.hosts
  RETURN first, realizes
  UNION
  MATCH (first:Object {environment: $environment, id: start.device})
  RETURN first, null AS realizes
}
CALL (start, first) {
  OPTIONAL MATCH way = (first)-[:VNIC_VCONNECTOR|VNIC_VEDGE|VCONNECTOR_VEDGE|VCONNECTOR_HOST_PNIC|VEDGE_OTEP
                                |VEDGE_HOST_PNIC|OTEP_VCONNECTOR|OTEP_HOST_PNIC*1..7]->()
  WHERE all(link IN relationships(way) WHERE link.networks IS NULL OR start.network IN link.networks)
  UNWIND coalesce(relationships(way), [null]) AS link
  WITH collect(DISTINCT link) AS ups, first
  RETURN ups, [first] + [link IN ups | endNode(link)] AS reached
}
CALL (start, reached) {
  // Of the NIC's networks and the network's NICs the fewer are looked at.
  MATCH (n:Object:Network {environment: $environment, id: start.network})
  UNWIND reached AS nic
  WITH DISTINCT nic, n
  MATCH (nic)-[onto:HOST_PNIC_NETWORK]->(n)
  RETURN collect(onto) AS wires
}
CALL (reached) {
  UNWIND reached AS nic
  WITH DISTINCT nic
  MATCH (nic)-[cable:HOST_PNIC_SWITCH_PNIC]->(near:SwitchPnic)
  OPTIONAL MATCH (near)<-[inside:SWITCH_SWITCH_PNIC]-(leaf:Switch)
  OPTIONAL MATCH (leaf)-[up:SWITCH_SWITCH_PNIC]->(:SwitchPnic {role: 'uplink'})
                 -[trunk:SWITCH_PNIC_SWITCH_PNIC]-(:SwitchPnic)<-[far:SWITCH_SWITCH_PNIC]-(:Switch)
  UNWIND [cable, inside, up, trunk, far] AS link
  RETURN collect(DISTINCT link) AS cables
}
CALL (first) {
  OPTIONAL MATCH (owner)-[has:INSTANCE_VNIC|VSERVICE_VNIC]->(first)
  OPTIONAL MATCH (:Router)-[runs:ROUTER_VSERVICE]->(owner)
  RETURN collect(DISTINCT has) + collect(DISTINCT runs) AS owners
}
WITH [start.key, first.id] AS begins, first, [realizes] + ups + wires + cables + owners AS found
WITH begins, first, [link IN found WHERE link IS NOT NULL] AS links
WITH collect(begins) AS firsts, collect(first) AS alone, collect(links) AS chains
CALL (chains) {
  UNWIND chains AS links
  UNWIND links AS link
  RETURN collect(DISTINCT link) AS links
}
CALL (alone, links) {
  UNWIND alone + [link IN links | startNode(link)] + [link IN links | endNode(link)] AS node
  RETURN collect(DISTINCT node) AS nodes, $hosts + collect(DISTINCT node.host) AS hosts
}
WITH firsts, links, nodes, hosts,
     reduce(all = $keys, host IN hosts | all + [source IN $host_sources | source + '/' + host]) AS keys
RETURN firsts,
       [node IN nodes | node {.*, details: null, hash: null, links_hash: null, first_seen: null,
                              last_changed: null}] AS nodes,
       [link IN links | link {.link_type, .name, .state, .weight, .status,
                              source_id: startNode(link).id, target_id: endNode(link).id,
                              networks: [n IN link.networks WHERE n IN $networks]}] AS links,
       COLLECT {
         WITH [node IN nodes WHERE node:Otep] AS oteps
         UNWIND oteps AS here
         UNWIND oteps AS there
         MATCH (here)-[tunnel:OTEP_OTEP]->(there)
         RETURN tunnel {.link_type, .name, .state, .weight, .status, source_id: here.id, target_id: there.id,
                        networks: [n IN tunnel.networks WHERE n IN $networks]}
       } AS tunnels,
       COLLECT {
         UNWIND hosts AS host
         WITH DISTINCT host
         MATCH (agent:NetworkAgent {environment: $environment, host: host})
         RETURN agent {.id, .type, .name, .host, .agent_type, .alive, .admin_state_up, .scope}
       } AS agents,
       COLLECT {
         CALL (keys) {
           MATCH (s:Scope) WHERE s.environment = $environment AND s.key IN keys RETURN s
           UNION
           MATCH (s:Scope) WHERE s.environment = $environment AND s.outcome IN ['partial', 'failed'] RETURN s
         }
         RETURN {key: s.key, outcome: s.outcome, problems: s.problems, observed_at: toString(s.observed_at),
                 completed_at: toString(s.completed_at), objects: s.objects}
       } AS scopes
