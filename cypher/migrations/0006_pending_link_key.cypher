// name: 0006_pending_link_key
// purpose: a link waits for its other end once
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (p:PendingLink)
REQUIRE (p.environment, p.link_type, p.source_id, p.target_id) IS UNIQUE
