// 7  Networks and the routers between them
// name: networks_and_routers
// purpose: which routers join which networks, and where they run
// mode: read
// parameters: environment
MATCH (r:Object {environment: $environment, type: 'router'})
OPTIONAL MATCH joined = (r)-[:ROUTER_PORT]->(:Port)<-[:CONTAINS]-(:Network)
OPTIONAL MATCH runs = (r)-[:ROUTER_VSERVICE]->(:Vservice)
RETURN r, joined, runs
LIMIT 1000
