// name: clique_step_from
// purpose: first part of a step of a clique statement: from everything of a type, where one step led to it
// mode: read
// template: nodes
CALL (<<nodes>>, allowed) {
  UNWIND <<nodes>> AS here
