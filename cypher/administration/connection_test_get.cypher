// name: connection_test_get
// purpose: one test of connections, without what it was sent with
// mode: read
// parameters: id
MATCH (t:ConnectionTest {id: $id})
RETURN t {.id, .environment, .status, .test_targets, .test_results, .reason, .requested_by,
          submitted_at: toString(t.submitted_at), started_at: toString(t.started_at), ended_at: toString(t.ended_at)}
       AS test
