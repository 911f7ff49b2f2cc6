// name: events_ports_of_networks
// purpose: ports that are known to be on these networks
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (p:Port {environment: $environment, network_id: id})
RETURN p.id AS id
