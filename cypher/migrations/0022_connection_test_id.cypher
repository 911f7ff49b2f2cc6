// name: 0022_connection_test_id
// purpose: one node for each test of connections
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (t:ConnectionTest) REQUIRE t.id IS UNIQUE
