// name: path_surroundings
// purpose: the tunnels between tunnel ends, the agents of hosts, and how complete scopes were read
// mode: read
// parameters: environment, tunnel_ends, hosts, keys
RETURN COLLECT {
         UNWIND $tunnel_ends AS pair
         MATCH (here:Object:Otep {environment: $environment, id: pair[0]})-[tunnel:OTEP_OTEP]->
               (there:Object:Otep {environment: $environment, id: pair[1]})
         RETURN tunnel {.*, source_id: here.id, target_id: there.id}
       } AS tunnels,
       COLLECT {
         UNWIND $hosts AS host
         MATCH (:Object:Host {environment: $environment, id: host})-[:CONTAINS]->(agent:NetworkAgent)
         RETURN properties(agent)
       } AS agents,
       COLLECT {
         MATCH (s:Scope {environment: $environment})
         WHERE s.key IS NOT NULL AND (s.key IN $keys OR s.outcome <> 'complete')
         RETURN {key: s.key, outcome: s.outcome, problems: s.problems, observed_at: s.observed_at,
                 completed_at: s.completed_at, objects: s.objects}
       } AS scopes
