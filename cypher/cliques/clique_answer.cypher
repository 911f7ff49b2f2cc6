// name: clique_answer
// purpose: last part of a clique statement: what was reached, each once
// mode: read
CALL (reached) {
  UNWIND reached AS node
  WITH DISTINCT node
  RETURN collect(node {.*, details: null,
    serves: CASE WHEN node:Vservice THEN head([(node)<-[:ROUTER_VSERVICE|NETWORK_VSERVICE]-(served) | served.name]) END
  }) AS nodes
}
CALL (links) {
  UNWIND links AS link
  WITH DISTINCT link
  RETURN collect(link {.*, source_id: startNode(link).id, target_id: endNode(link).id}) AS found
}
RETURN focal.id AS focal_point, nodes, found AS links, truncated
