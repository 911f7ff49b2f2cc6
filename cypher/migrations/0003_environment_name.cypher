// name: 0003_environment_name
// purpose: one node for each environment
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (e:Environment) REQUIRE e.name IS UNIQUE
