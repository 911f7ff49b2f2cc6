// name: links_of_types
// purpose: a page of the links of some types, in the order of their ends
// mode: read
// parameters: environment, link_types, source_types, states, host, after_source, after_target, after_type, limit
MATCH (s:Object)
USING INDEX s:Object(environment, type)
WHERE s.environment = $environment AND s.id >= $after_source AND s.type IN $source_types
MATCH (s)-[l]->(t:Object)
WHERE l.link_type IN $link_types
  AND (s.id > $after_source OR t.id > $after_target OR (t.id = $after_target AND l.link_type > $after_type))
  AND ($states IS NULL OR l.state IN $states)
  AND ($host IS NULL OR s.host = $host OR t.host = $host)
WITH l {.link_type, .name, .state, .status, .weight, .networks, source_id: s.id, target_id: t.id} AS link
ORDER BY s.id, t.id, l.link_type LIMIT $limit
RETURN collect({link: link}) AS rows
