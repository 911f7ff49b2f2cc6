// name: messages_page
// purpose: a page of messages, the newest first
// mode: read
// parameters: environment, levels, source_system, related_object, scan_id, event_id, since, until, before, before_id, limit
MATCH (m:Message)
WHERE m.timestamp >= coalesce(datetime($since), datetime({epochSeconds: 0}))
  AND ($environment IS NULL OR m.environment = $environment)
  AND m.level IN $levels
  AND ($source_system IS NULL OR m.source_system = $source_system)
  AND ($scan_id IS NULL OR m.scan_id = $scan_id)
  AND ($event_id IS NULL OR m.event_id = $event_id)
  AND ($until IS NULL OR m.timestamp <= datetime($until))
  AND ($before IS NULL OR m.timestamp < datetime($before) OR (m.timestamp = datetime($before) AND m.id < $before_id))
  AND ($related_object IS NULL OR EXISTS { (m)-[:ABOUT]->(:Object {environment: m.environment, id: $related_object}) })
WITH m ORDER BY m.timestamp DESC, m.id DESC LIMIT $limit
RETURN m.id AS id, m.environment AS environment, m.level AS level, m.text AS text, m.source_system AS source_system,
       toString(m.timestamp) AS timestamp, m.scan_id AS scan_id, m.event_id AS event_id, COLLECT { MATCH (m)-[:ABOUT]->(o:Object) RETURN o.id }
       AS related
ORDER BY m.timestamp DESC, m.id DESC
