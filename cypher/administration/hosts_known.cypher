// name: hosts_known
// purpose: hosts of an environment with their addresses
// mode: read
// parameters: environment, limit
MATCH (h:Host {environment: $environment})
RETURN h.id AS id, coalesce(h.ip_address, h.id) AS address
ORDER BY h.id LIMIT $limit
