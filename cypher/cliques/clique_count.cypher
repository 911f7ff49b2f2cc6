// name: clique_count
// purpose: last part of a clique statement that only counts: whether the focal point is linked to anything
// mode: read
WITH focal, any(part IN taken WHERE size(part) > 0) AS linked
RETURN count(*) AS focal_points, sum(CASE WHEN linked THEN 1 ELSE 0 END) AS cliques
