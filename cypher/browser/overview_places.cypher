// 2  Regions, zones, hosts and their switches
// name: overview_places
// purpose: the places of the environment as a picture, with each host's virtual switches and NICs
// mode: read
// parameters: environment
MATCH place = (e:Environment {name: $environment})-[:CONTAINS]->(:Region)-[:CONTAINS*0..1]->()-[:CONTAINS]->(host:Host)
USING INDEX SEEK e:Environment(name)
OPTIONAL MATCH inside = (host)-[:CONTAINS]->(part)
WHERE part:Vedge OR part:HostPnic
RETURN place, inside
LIMIT 1000
