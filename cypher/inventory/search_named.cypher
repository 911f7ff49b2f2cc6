// name: search_named
// purpose: ids of the objects of a type that are called by one of some ids or names
// mode: read
// parameters: environments, type, values
WITH CASE WHEN $environments IS NULL THEN COLLECT { MATCH (e:Environment) RETURN e.name }
          ELSE $environments END AS environments
UNWIND environments AS environment
MATCH (o:Object) WHERE o.environment = environment AND o.type = $type
  AND any(said IN [o.id, o.name, o.alias] + coalesce(o.aliases, []) WHERE toLower(said) IN $values)
RETURN o.id AS id, [said IN [o.id, o.name, o.alias] + coalesce(o.aliases, []) | toLower(said)] AS names
