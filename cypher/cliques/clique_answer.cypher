// name: clique_answer
// purpose: last part of a clique statement that answers for many focal points
// mode: read
RETURN focal.id AS focal_point, nodes, places, found AS links, truncated
