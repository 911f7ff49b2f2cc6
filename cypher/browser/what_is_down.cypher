// 10  What is down
// name: what_is_down
// purpose: objects that are not as they should be: no carrier, device down, not active, switched off, or said to be ill
// mode: read
// parameters: environment
MATCH (o:Object {environment: $environment})
WHERE o.type IS NOT NULL
WITH o,
     CASE WHEN o.status IS NOT NULL AND NOT o.status IN ['ok', 'OK'] THEN o.status
          WHEN o.link_detected = false THEN 'no carrier'
          WHEN o.oper_state = 'DOWN' THEN 'device down'
          WHEN o.admin_state_up = false THEN 'switched off by its administrator'
          WHEN o.alive = false THEN 'agent does not report'
          WHEN NOT o.source_status IN ['ACTIVE', 'up', 'ACTIVE/up', 'DOWN'] THEN o.source_status
          WHEN o.source_status = 'DOWN' THEN 'down' END AS why
WHERE why IS NOT NULL
RETURN o.type AS type, o.name AS name, o.host AS host, why, o.id AS id
ORDER BY type, why, name
LIMIT 1000
