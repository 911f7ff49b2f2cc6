// name: 0026_message_level
// purpose: messages of a level, for counts and for what is kept
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (m:Message) ON (m.level)
