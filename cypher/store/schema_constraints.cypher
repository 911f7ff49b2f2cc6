// name: schema_constraints
// purpose: the constraints that there are
// mode: read
SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties
