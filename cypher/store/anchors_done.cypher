// name: anchors_done
// purpose: the links of these objects are as they were said
// mode: write
// plan: kept
// parameters: environment, rows
// A row is [id, hash of its links, or null where the graph has others too].
UNWIND $rows AS row
MATCH (o:Object {environment: $environment, id: row[0]})
USING INDEX SEEK o:Object(environment, id)
SET o.links_hash = row[1]
