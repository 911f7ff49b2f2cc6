// name: 0005_lease_environment
// purpose: one lease for each environment
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (l:Lease) REQUIRE l.environment IS UNIQUE
