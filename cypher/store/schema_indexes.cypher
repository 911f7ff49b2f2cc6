// name: schema_indexes
// purpose: the indexes that there are, constraints' own among them
// mode: read
SHOW INDEXES YIELD name, type, labelsOrTypes, properties, state
