// name: events_instances_of
// purpose: instances on some hosts
// mode: read
// parameters: environment, hosts
UNWIND $hosts AS host
MATCH (i:Object {environment: $environment, host: host})
WHERE i:Instance
RETURN properties(i) AS node
