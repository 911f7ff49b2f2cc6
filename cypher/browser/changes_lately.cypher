// 14  What changed lately
// name: changes_lately
// purpose: objects whose content changed in the last `hours`, the newest first
// mode: read
// parameters: environment, hours
MATCH (o:Object {environment: $environment})
WHERE o.type IS NOT NULL AND o.last_changed > datetime() - duration({hours: $hours})
RETURN o.last_changed AS changed, o.type AS type, o.name AS name, o.host AS host,
       o.first_seen = o.last_changed AS new, o.id AS id
ORDER BY changed DESC, type, name
LIMIT 200
