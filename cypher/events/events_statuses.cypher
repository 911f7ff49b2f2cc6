// name: events_statuses
// purpose: what of every object of a type in a scope changes without a notification, and the revision that is known
// mode: read
// parameters: environment, scope, type
MATCH (o:Object {environment: $environment, scope: $scope})
WHERE o.type = $type
RETURN o.id AS id, coalesce(o.source_status, '') AS status, coalesce(o.binding_host, '') AS host,
       o.trunk_id AS trunk, CASE WHEN o.trunk_id IS NULL THEN null ELSE o.details END AS details,
       coalesce(o.trunk_parent, '') AS parent, o.said_version[0] AS revision
