// name: scopes_unchanged
// purpose: compare all that readings say of small scopes with the graph, stamp the scopes that are just so, tell of others
// mode: write
// parameters: environment, readings
// A reading is {key, observed_at, ids, hashes, others, properties}: `hashes` holds 64 characters for each id, hash of the
// content and hash of the links. `others` are the attributes that are added to others' objects: [id, type, name of the
// hash's property, name of the scope's property, hash]. `differing` are numbers of ids.
// As many objects and attributes as before, each of them the same, means that nothing is to be removed either.
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
WITH lease
UNWIND $readings AS reading
OPTIONAL MATCH (s:Scope {environment: $environment, key: reading.key})
USING INDEX SEEK s:Scope(environment, key)
CALL (reading) {
  UNWIND range(0, size(reading.ids) - 1) AS number
  OPTIONAL MATCH (o:Object {environment: $environment, id: reading.ids[number]})
  USING INDEX SEEK o:Object(environment, id)
  WITH reading, o, number
  WHERE o IS NULL
     OR coalesce(o.hash <> substring(reading.hashes, number * 64, 32), true)
     OR coalesce(o.links_hash <> substring(reading.hashes, number * 64 + 32, 32), true)
     OR coalesce(o.scope <> reading.key, true)
  RETURN collect(number) AS differing
}
CALL (reading) {
  UNWIND reading.others AS other
  OPTIONAL MATCH (o:Object {environment: $environment, id: other[0]})
  USING INDEX SEEK o:Object(environment, id)
  WITH reading, o, other
  WHERE o IS NULL
     OR coalesce(o.type <> other[1], true)
     OR coalesce(o[other[2]] <> other[4], true)
     OR coalesce(o[other[3]] <> reading.key, true)
  RETURN count(*) AS unlike
}
WITH lease, reading, s, differing,
     size(differing) = 0 AND unlike = 0
       AND coalesce(s.fenced_at <= reading.observed_at AND s.attributes = size(reading.others), false)
       AND COUNT { (:Object {environment: $environment, scope: reading.key}) } = size(reading.ids) AS same
FOREACH (_ IN CASE WHEN same THEN [1] ELSE [] END |
  SET s += reading.properties, s.fence = lease.token, s.fenced_at = reading.observed_at,
      s.observed_at = reading.observed_at, s.completed_at = reading.observed_at,
      s.written_at = datetime.transaction('Z')
)
RETURN reading.key AS key, same, differing
