// 12  Links that wait for an end
// name: pending_links
// purpose: links that a source told of, and of which one end is not in the graph (yet)
// mode: read
// parameters: environment
MATCH (p:PendingLink {environment: $environment})
WHERE p.link_type IS NOT NULL
RETURN p.link_type AS link_type, p.source_id AS source, p.target_id AS target
ORDER BY link_type, source, target
LIMIT 1000
