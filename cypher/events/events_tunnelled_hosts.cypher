// name: events_tunnelled_hosts
// purpose: hosts that have these networks by tunnels, unless one has more of them than can be looked at each time
// mode: read
// parameters: environment, ids, most
UNWIND $ids AS id
MATCH (n:Object {environment: $environment, id: id})<-[:HOST_PNIC_NETWORK]-(nic:HostPnic)
USING INDEX SEEK n:Object(environment, id)
WHERE n.network_type IN ['vxlan', 'gre', 'geneve']
WITH id, collect(DISTINCT nic.host) AS hosts
WHERE size(hosts) <= $most
UNWIND hosts AS host
RETURN DISTINCT host
