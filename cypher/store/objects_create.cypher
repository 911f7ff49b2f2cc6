// name: objects_create
// purpose: write objects that are not there yet, and give back the annotations of those that return
// mode: write
// parameters: environment, type, scope, rows
// template: label
UNWIND $rows AS row
CREATE (o:Object:<<label>>)
SET o = row.properties, o.environment = $environment, o.id = row.id, o.type = $type, o.scope = $scope, o.hash = row.hash,
    o.parent_type = row.parent_type, o.parent_id = row.parent_id,
    o.first_seen = datetime.transaction('Z'), o.last_changed = datetime.transaction('Z')
WITH o
MATCH (a:Annotation {environment: $environment, object_id: o.id})
SET o += a {.alias, .application, .service, .note}
DELETE a
