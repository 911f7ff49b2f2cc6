// name: clique_unconstrained
// purpose: part of a clique statement: no networks keep the walk, everything passes
// mode: read
WITH focal, null AS allowed
