// name: 0018_agent_host
// purpose: the agents of a host, without walking all that is on it
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (a:NetworkAgent) ON (a.environment, a.host)
