// name: object_annotate
// purpose: what a user writes about an object, beside what was discovered; null takes it away
// mode: write
// parameters: environment, id, annotations
MATCH (o:Object {environment: $environment, id: $id})
SET o += $annotations
RETURN o {.*, details: null} AS node
