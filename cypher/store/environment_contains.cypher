// name: environment_contains
// purpose: put objects directly into the environment
// mode: write
// plan: kept
// parameters: environment, nodes
MERGE (e:Environment {name: $environment})
WITH e
UNWIND $nodes AS node
MATCH (child) WHERE id(child) = node
CREATE (e)-[:CONTAINS]->(child)
