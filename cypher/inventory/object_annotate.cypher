// name: object_annotate
// purpose: what a user writes about an object, beside what was discovered; null takes it away
// mode: write
// parameters: environment, id, annotations
MATCH (o:Object {environment: $environment, id: $id})
SET o += $annotations
RETURN o {.*, details: null, hash: null, links_hash: null,
          first_seen: toString(o.first_seen), last_changed: toString(o.last_changed)} AS node
