// name: clique_networks_union
// purpose: part of a clique statement: between two sources of networks
// mode: read
UNION
