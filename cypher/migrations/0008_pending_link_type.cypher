// name: 0008_pending_link_type
// purpose: links that wait, by type
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (p:PendingLink) ON (p.environment, p.link_type)
