// name: clique_way_either
// purpose: middle part of a step of a clique statement: both ways
// mode: read
// template: relationship
  MATCH (here)-[link:<<relationship>>]-(there)
  WHERE allowed IS NULL OR link.networks IS NULL OR any(network IN link.networks WHERE network IN allowed)
