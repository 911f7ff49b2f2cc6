// name: clique_question
// purpose: what has to be known to choose a clique type: the environment, the focal point's type, users' own types
// mode: read
// parameters: environment, focal_point, focal_point_type
OPTIONAL MATCH (e:Environment {name: $environment})
OPTIONAL MATCH (focal:Object {environment: $environment, id: $focal_point})
WITH e, coalesce(focal.type, $focal_point_type) AS focal_point_type
RETURN focal_point_type,
       e IS NOT NULL OR EXISTS { MATCH (o:Object {environment: $environment}) WHERE o.type IS NOT NULL } AS known,
       e {.distribution, .distribution_version, .mechanism_drivers, .type_drivers} AS variant,
       COLLECT { MATCH (t:CliqueType) RETURN properties(t) } AS clique_types,
       COLLECT { MATCH (c:CliqueConstraint) RETURN properties(c) } AS constraints
