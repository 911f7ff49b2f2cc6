// name: messages_count
// purpose: how many messages of each level there are in each environment
// mode: read
// parameters: environment
MATCH (m:Message)
WHERE m.environment IS NOT NULL AND ($environment IS NULL OR m.environment = $environment)
RETURN m.environment AS environment, m.level AS level, count(*) AS count
