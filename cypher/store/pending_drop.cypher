// name: pending_drop
// purpose: links that wait no longer, or that nobody says any more
// mode: write
// plan: kept
// parameters: environment, rows
// A row is [link type, source id, target id].
UNWIND $rows AS row
MATCH (p:PendingLink {environment: $environment, link_type: row[0], source_id: row[1], target_id: row[2]})
USING INDEX SEEK p:PendingLink(environment, link_type, source_id, target_id)
DELETE p
