// name: clique_way_from_network
// purpose: middle part of a step of a clique statement: along links from a network, which carry it
// mode: read
// template: relationship
  MATCH (here)-[link:<<relationship>>]->(there)
  WHERE allowed IS NULL OR any(network IN coalesce(link.networks, [here.id]) WHERE network IN allowed)
