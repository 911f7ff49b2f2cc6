// name: environment_contains
// purpose: put objects directly into the environment
// mode: write
// plan: kept
// parameters: environment, ids
MERGE (e:Environment {name: $environment})
WITH e
UNWIND $ids AS id
MATCH (child:Object {environment: $environment, id: id})
USING INDEX SEEK child:Object(environment, id)
CREATE (e)-[:CONTAINS]->(child)
