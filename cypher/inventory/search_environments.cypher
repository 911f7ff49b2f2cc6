// name: search_environments
// purpose: part of a search, before the ways that are gone for each environment: the environments that are searched
// mode: read
// parameters: environments
WITH CASE WHEN $environments IS NULL THEN COLLECT { MATCH (e:Environment) RETURN e.name }
          ELSE $environments END AS environments
UNWIND environments AS environment
CALL (environment) {
