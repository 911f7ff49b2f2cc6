// name: reachable_onward
// purpose: part of one step outward: along links of a type
// mode: read
// template: here, relationship
MATCH (here:<<here>>)-[link:<<relationship>>]->(there)
WHERE link.networks IS NULL OR reached.networks IS NULL
      OR any(network IN reached.networks WHERE network IN link.networks)
RETURN link, there, true AS onward
