// name: 0011_scan_id
// purpose: one node for each scan
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (s:Scan) REQUIRE (s.environment, s.id) IS UNIQUE
