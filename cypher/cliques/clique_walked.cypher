// name: clique_walked
// purpose: part of a clique statement, after the last step: what each step led to, and whether one had more links than it may
// mode: read
// parameters: limit
// template: nodes, links
RETURN [<<nodes>>] AS reached, [<<links>>] AS taken, any(part IN [<<links>>] WHERE size(part) > $limit) AS truncated
