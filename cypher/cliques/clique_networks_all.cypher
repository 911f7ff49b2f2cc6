// name: clique_networks_all
// purpose: part of a clique statement, after the sources of networks: where there is none, only unmarked links pass
// mode: read
} AS allowed
