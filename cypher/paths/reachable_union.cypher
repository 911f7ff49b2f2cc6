// name: reachable_union
// purpose: part of one step outward: between two types of links
// mode: read
UNION ALL
