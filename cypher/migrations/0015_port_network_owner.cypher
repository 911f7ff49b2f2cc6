// name: 0015_port_network_owner
// purpose: a network's routers, without walking all its ports
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (p:Port) ON (p.environment, p.network_id, p.device_owner)
