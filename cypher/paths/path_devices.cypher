// name: path_devices
// purpose: for each start (a port's devices, or a device itself) what carries one network from there up to the wire
// mode: read
// parameters: environment, starts
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
  UNWIND reached AS nic
  WITH DISTINCT nic, start
  MATCH (nic)-[onto:HOST_PNIC_NETWORK]->(n:Object:Network {environment: $environment, id: start.network})
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
WITH start, first, [link IN [realizes] + ups + wires + cables + owners WHERE link IS NOT NULL] AS links
RETURN start.key AS key, first.id AS first,
       COLLECT {
         UNWIND [first] + [link IN links | startNode(link)] + [link IN links | endNode(link)] AS node
         RETURN DISTINCT node {.*, details: null}
       } AS nodes,
       [link IN links | link {.*, source_id: startNode(link).id, target_id: endNode(link).id}] AS links
ORDER BY key, first
