// name: clique_answer_dated
// purpose: last part of a clique statement that answers for one focal point, with how complete its scopes were read
// mode: read
// parameters: environment, scope_properties, host_sources
// Scopes are those that said the nodes, those of their hosts, and others that were not complete: as in `scopes_of`.
RETURN focal.id AS focal_point, nodes, found AS links, truncated,
       COLLECT {
         WITH reduce(keys = [], node IN nodes | keys + [property IN $scope_properties | node[property]]
                                                     + [source IN $host_sources | source + '/' + node.host]) AS keys
         CALL (keys) {
           MATCH (s:Scope) WHERE s.environment = $environment AND s.key IN keys RETURN s
           UNION
           MATCH (s:Scope) WHERE s.environment = $environment AND s.outcome IN ['partial', 'failed'] RETURN s
         }
         RETURN {key: s.key, outcome: s.outcome, problems: s.problems, observed_at: s.observed_at,
                 completed_at: s.completed_at, objects: s.objects}
       } AS scopes
