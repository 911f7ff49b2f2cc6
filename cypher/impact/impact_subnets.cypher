// name: impact_subnets
// purpose: the ports that have addresses in nothing but some subnets, and the interfaces that realize them
// mode: read
// parameters: environment, ids, most
UNWIND $ids AS id
MATCH (s:Object:Subnet {environment: $environment, id: id})
MATCH (p:Port {environment: $environment, network_id: s.network_id})
WHERE s.id IN p.subnet_ids AND all(subnet IN p.subnet_ids WHERE subnet IN $ids)
OPTIONAL MATCH (p)-[:PORT_VNIC]->(v:Vnic)
UNWIND CASE WHEN v IS NULL THEN [[p, s]] ELSE [[p, s], [v, p]] END AS pair
WITH DISTINCT pair[0] AS o, pair[1].id AS via
WITH o {.id, .type, .name, .host, .project_id, .scope, .network_id, .device_id, .device_owner} AS node, via
LIMIT $most
RETURN collect({node: node, via: via}) AS rows
