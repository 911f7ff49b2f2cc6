// name: pending_of
// purpose: links of these objects that wait for their other end
// mode: read
// plan: kept
// parameters: environment, ids
UNWIND $ids AS id
MATCH (p:PendingLink {environment: $environment, anchor_id: id})
USING INDEX SEEK p:PendingLink(environment, anchor_id)
RETURN id AS anchor_id, p.link_type AS link_type, p.source_id AS source_id, p.target_id AS target_id
