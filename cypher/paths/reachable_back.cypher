// name: reachable_back
// purpose: part of one step outward: against links of a type
// mode: read
// template: here, relationship
MATCH (here:<<here>>)<-[link:<<relationship>>]-(there)
WHERE link.networks IS NULL OR reached.networks IS NULL
      OR any(network IN reached.networks WHERE network IN link.networks)
RETURN link, there, false AS onward
