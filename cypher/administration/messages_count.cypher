// name: messages_count
// purpose: how many messages of each level there are in each environment, and about none
// mode: read
// parameters: environment, since
MATCH (m:Message)
WHERE m.timestamp >= coalesce(datetime($since), datetime({epochSeconds: 0}))
  AND ($environment IS NULL OR m.environment = $environment)
RETURN m.environment AS environment, m.level AS level, count(*) AS count
