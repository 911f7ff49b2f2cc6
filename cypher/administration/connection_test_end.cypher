// name: connection_test_end
// purpose: what came of a test, or why it could not be done
// mode: write
// parameters: id, status, results, reason
MATCH (t:ConnectionTest {id: $id})
WHERE t.status IN ['pending', 'running']
SET t.status = $status, t.test_results = $results, t.reason = $reason, t.ended_at = datetime()
REMOVE t.configuration
RETURN t.environment AS environment
