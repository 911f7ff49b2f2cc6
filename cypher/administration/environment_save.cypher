// name: environment_save
// purpose: add an environment, or replace its configuration; what was discovered under the name stays
// mode: write
// parameters: environment, properties, configuration
MERGE (e:Environment {name: $environment})
WITH e, e.configuration IS NULL AS added
SET e += $properties, e.configuration = $configuration, e.added_at = coalesce(e.added_at, datetime())
RETURN added
