// name: pending_resolve
// purpose: join links of a type whose two ends are there by now, a batch at a time
// mode: write
// plan: kept
// parameters: environment, link_type, batch
// template: relationship
MATCH (p:PendingLink {environment: $environment, link_type: $link_type})
USING INDEX SEEK p:PendingLink(environment, link_type)
MATCH (source:Object {environment: $environment, id: p.source_id})
USING INDEX SEEK source:Object(environment, id)
WHERE source.type = p.source_type
MATCH (target:Object {environment: $environment, id: p.target_id})
USING INDEX SEEK target:Object(environment, id)
WHERE target.type = p.target_type
WITH p, source, target LIMIT $batch
MERGE (source)-[link:<<relationship>>]->(target)
SET link += CASE WHEN $link_type = 'CONTAINS' THEN {}
                 ELSE p {.link_type, .name, .state, .weight, .networks} END
DELETE p
RETURN count(*) AS resolved
