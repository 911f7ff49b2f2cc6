// name: messages_thin
// purpose: of a level keep the newest messages of each environment, a batch at a time
// mode: write
// parameters: level, keep, batch
MATCH (m:Message {level: $level})
WITH m ORDER BY m.timestamp, m.id
WITH m.environment AS environment, collect(m) AS told
WHERE size(told) > $keep
UNWIND told[0..CASE WHEN size(told) - $keep > $batch THEN $batch ELSE size(told) - $keep END] AS old
DETACH DELETE old
RETURN count(*) AS removed
