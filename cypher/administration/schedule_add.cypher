// name: schedule_add
// purpose: add a schedule of an environment that has a configuration
// mode: write
// parameters: environment, id, properties, next_run, created_by
MATCH (e:Environment {name: $environment})
WHERE e.configuration IS NOT NULL
CREATE (s:Schedule {environment: $environment, id: $id, next_run: $next_run, created_by: $created_by,
                    created_at: datetime(), runs: 0})
SET s += $properties
RETURN properties(s) AS schedule
