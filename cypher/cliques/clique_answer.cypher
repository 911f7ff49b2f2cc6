// name: clique_answer
// purpose: last part of a clique statement: what was reached, each once
// mode: read
CALL (reached) {
  UNWIND reached AS node
  WITH DISTINCT node
  RETURN collect(node {.*, details: null}) AS nodes
}
CALL (links) {
  UNWIND links AS link
  WITH DISTINCT link
  RETURN collect(link {.*, source_id: startNode(link).id, target_id: endNode(link).id}) AS found
}
RETURN focal.id AS focal_point, nodes, found AS links, truncated
