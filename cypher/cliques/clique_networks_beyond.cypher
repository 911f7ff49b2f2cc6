// name: clique_networks_beyond
// purpose: part of a clique statement: networks that stand in a property of the focal point's neighbours
// mode: read
// template: relationship, property
MATCH (focal)-[:<<relationship>>]-(neighbour)
UNWIND neighbour.<<property>> AS network
RETURN network
