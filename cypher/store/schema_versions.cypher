// name: schema_versions
// purpose: the migrations that were applied
// mode: read
MATCH (v:SchemaVersion) RETURN v.version AS version, v.name AS name
