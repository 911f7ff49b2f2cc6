// name: clique_or
// purpose: part of a clique statement: between the walks of two clique types
// mode: read
UNION ALL
