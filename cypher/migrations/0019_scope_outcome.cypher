// name: 0019_scope_outcome
// purpose: the scopes of an environment that are not complete, among thousands that are
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (s:Scope) ON (s.environment, s.outcome)
