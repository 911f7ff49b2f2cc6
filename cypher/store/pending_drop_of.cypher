// name: pending_drop_of
// purpose: links that wait, said by objects that go
// mode: write
// plan: kept
// parameters: environment, ids
UNWIND $ids AS id
MATCH (p:PendingLink {environment: $environment, anchor_id: id})
USING INDEX SEEK p:PendingLink(environment, anchor_id)
DELETE p
