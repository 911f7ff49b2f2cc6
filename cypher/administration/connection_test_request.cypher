// name: connection_test_request
// purpose: note that a test of connections is asked for; sections of its own are sealed, and go with its begin
// mode: write
// parameters: id, environment, targets, configuration, requested_by
CREATE (t:ConnectionTest {id: $id, environment: $environment, status: 'pending', test_targets: $targets,
                          configuration: $configuration, requested_by: $requested_by, submitted_at: datetime()})
RETURN t.id AS id
