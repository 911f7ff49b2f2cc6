// name: 0001_schema_version
// purpose: one node for each migration that was applied
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (v:SchemaVersion) REQUIRE v.version IS UNIQUE
