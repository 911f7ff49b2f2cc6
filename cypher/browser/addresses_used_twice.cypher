// 15  Addresses that several ports have
// name: addresses_used_twice
// purpose: the same address on different networks: allowed, and worth knowing before one searches for it
// mode: read
// parameters: environment
MATCH (p:Object {environment: $environment, type: 'port'})
MATCH (n:Network)-[:CONTAINS]->(p)
UNWIND p.ip_addresses AS address
WITH address, collect(DISTINCT n.name + ' (' + n.id + ')') AS networks, count(p) AS ports
WHERE ports > 1
RETURN address, ports, networks
ORDER BY ports DESC, address
LIMIT 500
