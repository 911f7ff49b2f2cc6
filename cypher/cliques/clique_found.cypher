// name: clique_found
// purpose: part of a clique statement that answers: what was reached, each once
// mode: read
CALL (reached) {
  UNWIND reached AS node
  WITH DISTINCT node
  RETURN collect(node {.*, details: null, hash: null, links_hash: null,
    serves: CASE WHEN node:Vservice THEN head([(node)<-[:ROUTER_VSERVICE|NETWORK_VSERVICE]-(served) | served.name]) END
  }) AS nodes
}
CALL (links) {
  UNWIND links AS link
  WITH DISTINCT link
  RETURN collect(link {.*, source_id: startNode(link).id, target_id: endNode(link).id}) AS found
}
