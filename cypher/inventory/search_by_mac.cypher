// name: search_by_mac
// purpose: part of a search: objects of a type whose MAC address begins with some bytes
// mode: read
// parameters: mac
// template: label
MATCH (o:<<label>>) WHERE o.environment = environment AND o.mac_address STARTS WITH $mac
