// name: focal_points
// purpose: ids of all objects of a type, in their order, to compute each one's clique
// mode: read
// parameters: environment, type
MATCH (o:Object {environment: $environment, type: $type})
RETURN o.id AS id
ORDER BY id
