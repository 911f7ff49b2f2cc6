// name: clique_step_to
// purpose: last part of a step of a clique statement: its links, and what they lead to
// mode: read
// parameters: limit
// template: links, nodes
  WITH link, there LIMIT $limit + 1
  RETURN collect(link) AS <<links>>, collect(DISTINCT there) AS <<nodes>>
}
