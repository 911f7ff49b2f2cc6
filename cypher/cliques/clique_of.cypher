// name: clique_of
// purpose: part of a clique statement: the walk of one clique type begins, for focal points of its type
// mode: read
// template: focal
WITH focal WHERE focal:<<focal>>
