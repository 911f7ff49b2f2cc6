// name: messages_expire
// purpose: remove messages that are older than so many days, a batch at a time
// mode: write
// parameters: days, batch
MATCH (m:Message)
WHERE m.timestamp < datetime() - duration({days: $days})
WITH m LIMIT $batch
DETACH DELETE m
RETURN count(*) AS removed
