// 5  A host with all that is on it
// name: host_with_all_on_it
// purpose: everything that a host contains, and how it is linked
// mode: read
// parameters: environment, host
MATCH (h:Object:Host {environment: $environment, id: $host})
MATCH inside = (h)-[:CONTAINS*1..2]->(part)
OPTIONAL MATCH wired = (part)-[link]->(other:Object {host: $host})
WHERE type(link) <> 'CONTAINS'
RETURN inside, wired
LIMIT 2000
