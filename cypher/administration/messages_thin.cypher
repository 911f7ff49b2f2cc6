// name: messages_thin
// purpose: of a level keep the newest messages of each environment (or of one), a batch at a time
// mode: write
// parameters: environment, level, keep, batch
MATCH (m:Message {level: $level})
WHERE $environment IS NULL OR m.environment = $environment
WITH m.environment AS environment, count(*) AS told
WHERE told > $keep
CALL (environment, told) {
  MATCH (m:Message {level: $level})
  WHERE coalesce(m.environment, '') = coalesce(environment, '')
  WITH m, told ORDER BY m.timestamp, m.id
  WITH collect(m) AS old, CASE WHEN told - $keep > $batch THEN $batch ELSE told - $keep END AS many
  UNWIND old[0..many] AS m
  DETACH DELETE m
  RETURN count(*) AS removed
}
RETURN coalesce(sum(removed), 0) AS removed
