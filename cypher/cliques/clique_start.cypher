// name: clique_start
// purpose: part of a clique statement: before the first step only the focal point is reached
// mode: read
// template: nodes
WITH focal, allowed, [focal] AS <<nodes>>
