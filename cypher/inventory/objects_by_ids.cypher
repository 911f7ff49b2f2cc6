// name: objects_by_ids
// purpose: objects with all that is known of them
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
RETURN o {.*, first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node
