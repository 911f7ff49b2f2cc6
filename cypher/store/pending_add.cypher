// name: pending_add
// purpose: keep links that wait for an end
// mode: write
// plan: kept
// parameters: environment, rows
UNWIND $rows AS row
MERGE (p:PendingLink {environment: $environment, link_type: row.link_type,
                      source_id: row.source_id, target_id: row.target_id})
ON CREATE SET p.since = datetime.transaction('Z')
SET p.anchor_id = row.anchor_id, p.source_type = row.source_type, p.target_type = row.target_type,
    p.name = row.name, p.state = row.state, p.weight = row.weight, p.networks = row.networks
