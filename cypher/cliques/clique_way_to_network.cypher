// name: clique_way_to_network
// purpose: middle part of a step of a clique statement: along links to a network, which carry it
// mode: read
// template: relationship
  MATCH (here)-[link:<<relationship>>]->(there)
  WHERE allowed IS NULL OR any(network IN coalesce(link.networks, [there.id]) WHERE network IN allowed)
