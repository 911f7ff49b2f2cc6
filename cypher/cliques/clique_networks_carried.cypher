// name: clique_networks_carried
// purpose: part of a clique statement: networks that the focal point's own links carry
// mode: read
// template: relationship
MATCH (focal)-[own:<<relationship>>]-()
UNWIND own.networks AS network
RETURN network
