// name: focal_points_page
// purpose: ids of the next objects of a type, in their order
// mode: read
// parameters: environment, type, after, limit
MATCH (o:Object)
USING INDEX o:Object(environment, type)
WHERE o.environment = $environment AND o.type = $type AND o.id > $after
RETURN o.id AS id ORDER BY o.id LIMIT $limit
