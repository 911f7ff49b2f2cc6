// name: impact_failing
// purpose: everything that fails with some objects: what they contain, run, own or realize, each with what it is in
// mode: read
// parameters: environment, ids, most
UNWIND $ids AS id
MATCH (failing:Object {environment: $environment, id: id})
MATCH way = (failing)-[:CONTAINS|AGGREGATE_HOST|PROJECT_INSTANCE|ROUTER_VSERVICE|PORT_VNIC*0..7]->(o:Object)
WITH o, way ORDER BY length(way), [node IN nodes(way) | node.id]
WITH o, collect(way)[0] AS way
WITH o {.id, .type, .name, .host, .project_id, .scope, .service_id, .service_type, .agent_type, .subnet_ids,
        .network_id, .device_id, .device_owner, .router_id, .port_id, .trunk_parent} AS node,
     CASE WHEN length(way) > 0 THEN nodes(way)[-2].id END AS via
LIMIT $most
RETURN collect({node: node, via: via}) AS rows
