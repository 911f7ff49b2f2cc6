// name: schedules_list
// purpose: a page of schedules, by environment and id
// mode: read
// parameters: environment, frequency, after, after_id, limit
MATCH (s:Schedule)
WHERE s.id IS NOT NULL AND ($environment IS NULL OR s.environment = $environment)
  AND ($frequency IS NULL OR s.frequency = $frequency)
  AND (s.environment > $after OR (s.environment = $after AND s.id > $after_id))
RETURN properties(s) AS schedule
ORDER BY s.environment, s.id LIMIT $limit
