// name: impact_cabled
// purpose: the NICs that are cabled to switch ports
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (port:Object:SwitchPnic {environment: $environment, id: id})<-[:HOST_PNIC_SWITCH_PNIC]-(nic:HostPnic)
RETURN nic {.id, .type, .name, .host, .scope} AS node, port.id AS via
