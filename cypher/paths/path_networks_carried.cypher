// name: path_networks_carried
// purpose: the networks that devices carry, by what their links towards the wire say
// mode: read
// parameters: environment, devices, limit
UNWIND $devices AS id
MATCH (d:Object {environment: $environment, id: id})
CALL (d) {
  MATCH (d)-[up:VCONNECTOR_VEDGE|VCONNECTOR_HOST_PNIC|VEDGE_OTEP|VEDGE_HOST_PNIC|OTEP_VCONNECTOR|OTEP_HOST_PNIC
               |HOST_PNIC_NETWORK]->()
  RETURN up
  UNION
  MATCH (d:Vconnector)<-[up:VNIC_VCONNECTOR]-() RETURN up
  UNION
  MATCH (d:SwitchPnic)<-[:HOST_PNIC_SWITCH_PNIC]-(:HostPnic)-[up:HOST_PNIC_NETWORK]->() RETURN up
  UNION
  MATCH (d:Switch)-[:SWITCH_SWITCH_PNIC]->(:SwitchPnic)<-[:HOST_PNIC_SWITCH_PNIC]-(:HostPnic)-[up:HOST_PNIC_NETWORK]->()
  RETURN up
}
UNWIND up.networks AS network
WITH id, network
ORDER BY network
RETURN id, collect(DISTINCT network)[..$limit] AS networks
