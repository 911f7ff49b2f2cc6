// name: links_update
// purpose: write what changed of links; their health stays
// mode: write
// plan: kept
// parameters: environment, rows
// template: relationship
// A row is [source id, target id, name, state, weight, networks].
UNWIND $rows AS row
MATCH (source:Object {environment: $environment, id: row[0]})
USING INDEX SEEK source:Object(environment, id)
MATCH (target:Object {environment: $environment, id: row[1]})
USING INDEX SEEK target:Object(environment, id)
MATCH (source)-[link:<<relationship>>]->(target)
SET link.name = row[2], link.state = row[3], link.weight = row[4], link.networks = row[5]
