// name: connection_tests_lost
// purpose: tests that nobody began or whose worker died: they have failed, and may be asked for again
// mode: write
// parameters: patience, reason
MATCH (t:ConnectionTest)
WHERE t.status IN ['pending', 'running'] AND t.submitted_at < datetime() - duration({seconds: $patience})
SET t.status = 'failed', t.reason = $reason, t.ended_at = datetime()
REMOVE t.configuration
RETURN t.id AS id
