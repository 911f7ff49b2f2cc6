// name: clique_networks
// purpose: part of a clique statement, around its sources of networks: the networks that keep the walk
// mode: read
WITH focal, COLLECT {
