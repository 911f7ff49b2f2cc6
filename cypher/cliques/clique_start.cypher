// name: clique_start
// purpose: part of a clique statement: before the first step only the focal point is reached
// mode: read
WITH focal, allowed, [focal] AS reached, [] AS links, false AS truncated
