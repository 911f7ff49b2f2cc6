// name: 0023_connection_test_environment
// purpose: tests of an environment's connections
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (t:ConnectionTest) ON (t.environment)
