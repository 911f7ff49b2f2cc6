// name: events_serving_hosts
// purpose: hosts where these routers and networks are served, as last seen
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (:Object {environment: $environment, id: id})-[:ROUTER_VSERVICE|NETWORK_VSERVICE]->(v:Vservice)
RETURN DISTINCT v.host AS host
