// name: 0004_scope_key
// purpose: one node for each scope
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (s:Scope) REQUIRE (s.environment, s.key) IS UNIQUE
