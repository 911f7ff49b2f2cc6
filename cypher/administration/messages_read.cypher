// name: messages_read
// purpose: the newest messages
// mode: read
// parameters: environment, levels, limit
MATCH (m:Message)
WHERE m.level IN $levels AND ($environment IS NULL OR m.environment = $environment)
WITH m ORDER BY m.timestamp DESC LIMIT $limit
OPTIONAL MATCH (m)-[:ABOUT]->(o:Object)
RETURN m.id AS id, m.environment AS environment, m.level AS level, m.text AS text, m.source_system AS source_system,
       toString(m.timestamp) AS timestamp, m.scan_id AS scan_id, collect(o.id) AS related
ORDER BY timestamp DESC
