// name: clique_networks_own
// purpose: part of a clique statement: networks that stand in a property of the focal point, one or a list
// mode: read
// template: property
UNWIND focal.<<property>> AS network
RETURN network
