// name: objects_create
// purpose: write objects that are not there yet
// mode: write
// plan: kept
// parameters: environment, type, scopes, rows
// template: label, properties
// A row is [id, hash, hash of the links, type of the parent, id of the parent, number of the scope, values of the
// properties]. The links are written in the same transaction.
UNWIND $rows AS row
CREATE (o:Object:<<label>> {
  environment: $environment, id: row[0], type: $type, scope: $scopes[row[5]], first_seen: datetime.transaction('Z'),
  last_changed: datetime.transaction('Z'), parent_type: row[3], parent_id: row[4], <<properties: row[6]>>,
  hash: row[1], links_hash: row[2]
})
RETURN collect([row[0], id(o)]) AS nodes
