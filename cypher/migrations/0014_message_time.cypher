// name: 0014_message_time
// purpose: the newest messages
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (m:Message) ON (m.timestamp)
