// name: object_properties
// purpose: one object with its properties, without its details
// mode: read
// parameters: environment, id
MATCH (o:Object {environment: $environment, id: $id})
RETURN o {.*, details: null, hash: null, links_hash: null,
          first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node
