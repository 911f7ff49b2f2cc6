// name: events_known
// purpose: what is known of the objects that notifications speak of, and whether an event has said that they are gone
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
OPTIONAL MATCH (o:Object {environment: $environment, id: id})
USING INDEX SEEK o:Object(environment, id)
OPTIONAL MATCH (t:Tombstone {environment: $environment, id: id})
RETURN id, properties(o) AS node, t IS NOT NULL AS departed
