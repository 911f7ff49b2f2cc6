// name: impact_facts
// purpose: objects in short
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (o:Object {environment: $environment, id: id})
WITH o {.id, .type, .name, .host, .project_id, .scope, .device_id, .device_owner, .network_id} AS node
RETURN collect({node: node}) AS rows
