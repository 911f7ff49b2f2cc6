// name: clique_way_backward
// purpose: middle part of a step of a clique statement: against the links
// mode: read
// template: relationship
  MATCH (here)<-[link:<<relationship>>]-(there)
  WHERE allowed IS NULL OR link.networks IS NULL OR any(network IN link.networks WHERE network IN allowed)
