// name: links_create
// purpose: write links whose two ends are there
// mode: write
// plan: kept
// parameters: environment, link_type, rows
// template: source, target, relationship
// A row is [source id, target id, name, state, weight, networks].
UNWIND $rows AS row
MATCH (source:Object {environment: $environment, id: row[0]})
USING INDEX SEEK source:Object(environment, id)
MATCH (target:Object {environment: $environment, id: row[1]})
USING INDEX SEEK target:Object(environment, id)
WHERE source:<<source>> AND target:<<target>>
CREATE (source)-[:<<relationship>> {link_type: $link_type, name: row[2], state: row[3], weight: row[4],
                                    networks: row[5]}]->(target)
RETURN count(*) AS created
