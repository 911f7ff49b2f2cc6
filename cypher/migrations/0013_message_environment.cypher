// name: 0013_message_environment
// purpose: messages of an environment
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (m:Message) ON (m.environment)
