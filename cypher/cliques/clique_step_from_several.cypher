// name: clique_step_from_several
// purpose: first part of a step of a clique statement: from everything of a type, where several steps led to it
// mode: read
// template: nodes
CALL (<<nodes>>, allowed) {
  UNWIND [<<nodes>>] AS part
  UNWIND part AS here
  WITH DISTINCT here
