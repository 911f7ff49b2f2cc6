// name: connection_tests_thin
// purpose: of each environment (or of one) keep the newest tests of its connections
// mode: write
// parameters: environment, keep
MATCH (t:ConnectionTest)
WHERE $environment IS NULL OR t.environment = $environment
WITH t ORDER BY t.submitted_at DESC
WITH t.environment AS environment, collect(t) AS tests
UNWIND tests[$keep..] AS old
DETACH DELETE old
RETURN count(*) AS removed
