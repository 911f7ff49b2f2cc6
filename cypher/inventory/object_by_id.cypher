// name: object_by_id
// purpose: whether there is an object of that id
// mode: read
// parameters: environment, id
MATCH (o:Object {environment: $environment, id: $id})
RETURN o.id AS id, o.type AS type, o.name AS name
