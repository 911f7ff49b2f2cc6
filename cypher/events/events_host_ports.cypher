// name: events_host_ports
// purpose: the ports that devices of a host are plugged for, by their ids or hardware addresses, and their subports
// mode: read
// parameters: environment, ids, macs
CALL () {
  UNWIND $ids AS id
  MATCH (p:Object {environment: $environment, id: id})
  USING INDEX SEEK p:Object(environment, id)
  WHERE p:Port
  RETURN p
  UNION
  UNWIND $macs AS mac
  MATCH (p:Port {environment: $environment, mac_address: mac}) RETURN p
  UNION
  UNWIND $ids AS id
  MATCH (p:Object {environment: $environment, id: id})
  USING INDEX SEEK p:Object(environment, id)
  WHERE p:Port AND p.trunk_id IS NOT NULL
  MATCH (sub:Port {environment: $environment, device_id: p.trunk_id}) RETURN sub AS p
}
RETURN properties(p) AS node
