// name: schema_version_applied
// purpose: remember that a migration was applied
// mode: write
// parameters: version, name
MERGE (v:SchemaVersion {version: $version})
ON CREATE SET v.name = $name, v.applied_at = datetime.transaction('Z')
