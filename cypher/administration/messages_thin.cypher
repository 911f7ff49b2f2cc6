// name: messages_thin
// purpose: of a level keep the newest messages of each environment (or of one), a batch at a time
// mode: write
// parameters: environment, level, keep, batch
MATCH (m:Message {level: $level})
WHERE $environment IS NULL OR m.environment = $environment
WITH m ORDER BY m.timestamp, m.id
WITH m.environment AS environment, collect(m) AS told
WHERE size(told) > $keep
UNWIND told[0..CASE WHEN size(told) - $keep > $batch THEN $batch ELSE size(told) - $keep END] AS old
DETACH DELETE old
RETURN count(*) AS removed
