// name: counts_by_type
// purpose: how many objects of each type there are
// mode: read
// parameters: environment, types
UNWIND $types AS type
CALL (type) {
  MATCH (o:Object {environment: $environment, type: type})
  RETURN count(o) AS count
}
RETURN type, count
