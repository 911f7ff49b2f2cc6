// name: connection_test_begin
// purpose: take a test that waits, once: of several that come for it, one gets it
// mode: write
// parameters: id
MATCH (t:ConnectionTest {id: $id})
SET t.claim = true
REMOVE t.claim
WITH t, t.configuration AS configuration
WHERE t.status = 'pending'
SET t.status = 'running', t.started_at = datetime()
REMOVE t.configuration
RETURN t.environment AS environment, t.test_targets AS targets, configuration
