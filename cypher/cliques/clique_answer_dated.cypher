// name: clique_answer_dated
// purpose: last part of a clique statement for one focal point: also how complete its scopes are, and what chose its type
// mode: read
// parameters: environment, scope_properties, host_sources
// Scopes are those that said the nodes, those of their hosts, and others that were not complete: as in `scopes_of`. The
// last columns are as in `clique_question`: from them it is seen whether this was the statement to ask.
RETURN focal.id AS focal_point, focal.type AS focal_point_type, nodes, places, found AS links, truncated,
       COLLECT {
         CALL (nodes) {
           UNWIND nodes AS node
           UNWIND [property IN $scope_properties | node[property]]
                  + [source IN $host_sources | source + '/' + node.host] AS key
           RETURN collect(DISTINCT key) AS keys
         }
         CALL (keys) {
           MATCH (s:Scope) WHERE s.environment = $environment AND s.key IN keys RETURN s
           UNION
           MATCH (s:Scope) WHERE s.environment = $environment AND s.outcome IN ['partial', 'failed'] RETURN s
         }
         RETURN {key: s.key, outcome: s.outcome, problems: s.problems, observed_at: toString(s.observed_at),
                 completed_at: toString(s.completed_at), objects: s.objects}
       } AS scopes,
       head(COLLECT {
         MATCH (e:Environment {name: $environment})
         RETURN e {.distribution, .distribution_version, .mechanism_drivers, .type_drivers}
       }) AS variant,
       COLLECT { MATCH (t:CliqueType) WHERE t.focal_point_type = focal.type RETURN properties(t) } AS clique_types,
       COLLECT {
         MATCH (c:CliqueConstraint) WHERE c.focal_point_type = focal.type RETURN properties(c)
       } AS constraints
