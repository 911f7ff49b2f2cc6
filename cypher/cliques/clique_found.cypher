// name: clique_found
// purpose: part of a clique statement that answers: what was reached, each once
// mode: read
CALL (reached) {
  UNWIND reached AS part
  UNWIND part AS node
  WITH DISTINCT node
  RETURN collect(node {.*, details: null, hash: null, links_hash: null,
                       first_seen: toString(node.first_seen), last_changed: toString(node.last_changed),
    serves: CASE WHEN node:Vservice THEN head([(node)<-[:ROUTER_VSERVICE|NETWORK_VSERVICE]-(served) | served.name]) END
  }) AS nodes
}
CALL (taken) {
  UNWIND taken AS part
  UNWIND part AS link
  WITH DISTINCT link
  RETURN collect(link {.link_type, .name, .state, .status, .weight, .networks,
                       source_id: startNode(link).id, target_id: endNode(link).id}) AS found
}
