// name: links_delete
// purpose: remove links
// mode: write
// parameters: environment, rows
// template: relationship
// A row is [source id, target id].
UNWIND $rows AS row
MATCH (source:Object {environment: $environment, id: row[0]})
      -[link:<<relationship>>]->(target:Object {environment: $environment, id: row[1]})
DELETE link
