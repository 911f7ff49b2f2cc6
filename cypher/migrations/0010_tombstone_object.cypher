// name: 0010_tombstone_object
// purpose: one mark for an object that an event said is gone
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (t:Tombstone) REQUIRE (t.environment, t.id) IS UNIQUE
