// name: clique_networks_known
// purpose: part of a clique statement, after the sources of networks: where none is known, everything passes
// mode: read
} AS known
WITH focal, CASE WHEN size(known) > 0 THEN known END AS allowed
