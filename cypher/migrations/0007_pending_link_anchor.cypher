// name: 0007_pending_link_anchor
// purpose: links that wait, by the object that says them
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (p:PendingLink) ON (p.environment, p.anchor_id)
