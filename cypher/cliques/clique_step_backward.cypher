// name: clique_step_backward
// purpose: part of a clique statement: one step from everything of a type that was reached, against the links
// mode: read
// parameters: limit
// template: here, relationship
CALL (reached, allowed) {
  UNWIND reached AS here
  WITH DISTINCT here
  WHERE here:<<here>>
  MATCH (here)<-[link:<<relationship>>]-(there)
  WHERE allowed IS NULL OR link.networks IS NULL OR any(network IN link.networks WHERE network IN allowed)
  WITH DISTINCT link, there LIMIT $limit + 1
  RETURN collect(link) AS more_links, collect(DISTINCT there) AS more
}
WITH focal, allowed, reached + more AS reached, links + more_links AS links,
     truncated OR size(more_links) > $limit AS truncated
