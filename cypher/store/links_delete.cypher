// name: links_delete
// purpose: remove links
// mode: write
// plan: kept
// parameters: environment, rows
// template: relationship
// A row is [source id, target id].
UNWIND $rows AS row
MATCH (source:Object {environment: $environment, id: row[0]})
USING INDEX SEEK source:Object(environment, id)
MATCH (target:Object {environment: $environment, id: row[1]})
USING INDEX SEEK target:Object(environment, id)
MATCH (source)-[link:<<relationship>>]->(target)
DELETE link
