// name: connection_tests_list
// purpose: a page of tests of connections, the newest first
// mode: read
// parameters: environment, status, before, before_id, limit
MATCH (t:ConnectionTest)
WHERE t.id IS NOT NULL AND ($environment IS NULL OR t.environment = $environment)
  AND ($status IS NULL OR t.status = $status)
  AND ($before IS NULL OR t.submitted_at < datetime($before)
       OR (t.submitted_at = datetime($before) AND t.id < $before_id))
WITH t ORDER BY t.submitted_at DESC, t.id DESC LIMIT $limit
RETURN t {.id, .environment, .status, .test_targets, .test_results, .reason, .requested_by,
          submitted_at: toString(t.submitted_at), started_at: toString(t.started_at), ended_at: toString(t.ended_at)}
       AS test
