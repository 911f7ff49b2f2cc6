// name: scope_failure
// purpose: say that a scope could not be read, unless a newer reading has been written
// mode: write
// plan: kept
// parameters: environment, key, source, scope_name, properties
MERGE (s:Scope {environment: $environment, key: $key})
ON CREATE SET s.source = $source, s.name = $scope_name
WITH s
WHERE coalesce(s.observed_at <= $properties.observed_at, true)
SET s += $properties, s.written_at = datetime.transaction('Z')
