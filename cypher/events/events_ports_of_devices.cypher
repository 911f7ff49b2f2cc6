// name: events_ports_of_devices
// purpose: ports that are known to be plugged into these devices
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (p:Port {environment: $environment, device_id: id})
RETURN p.id AS id
