// name: clique_found
// purpose: part of a clique statement that answers: what was reached, each once
// mode: read
// Times and the ends of links are numbers, which cost less than texts: `topology/cliques/found.py` makes texts of them.
CALL (reached) {
  UNWIND reached AS part
  UNWIND part AS node
  WITH DISTINCT node
  RETURN collect(node {.*, details: null, hash: null, links_hash: null,
                       first_seen: node.first_seen.epochMillis, last_changed: node.last_changed.epochMillis,
    serves: CASE WHEN node:Vservice THEN head([(node)<-[:ROUTER_VSERVICE|NETWORK_VSERVICE]-(served) | served.name]) END
  }) AS nodes, collect(id(node)) AS places
}
CALL (taken) {
  UNWIND taken AS part
  UNWIND part AS link
  WITH DISTINCT link
  RETURN collect([id(startNode(link)), id(endNode(link)),
                  link.link_type, link.name, link.state, link.status, link.weight, link.networks]) AS found
}
