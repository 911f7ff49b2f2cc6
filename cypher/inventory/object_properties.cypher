// name: object_properties
// purpose: one object with its properties, without its details
// mode: read
// parameters: environment, id
MATCH (o:Object {environment: $environment, id: $id})
RETURN o {.*, details: null} AS node
