// name: scope_unchanged
// purpose: compare all that a reading says of a small scope with the graph, and stamp the scope if it is just so
// mode: write
// parameters: environment, key, observed_at, ids, hashes, others, properties
// `hashes` holds 64 characters for each id: hash of the content and hash of the links. `others` are the attributes that
// are added to others' objects: [id, type, name of the hash's property, name of the scope's property, hash].
// As many objects and attributes as before, each of them the same, means that nothing is to be removed either.
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
WITH lease
MATCH (s:Scope {environment: $environment, key: $key})
WHERE s.fenced_at <= $observed_at AND s.attributes = size($others)
  AND COUNT { (:Object {environment: $environment, scope: $key}) } = size($ids)
CALL () {
  UNWIND range(0, size($ids) - 1) AS number
  OPTIONAL MATCH (o:Object {environment: $environment, id: $ids[number]})
  USING INDEX SEEK o:Object(environment, id)
  WITH o, number
  WHERE o IS NULL
     OR coalesce(o.hash <> substring($hashes, number * 64, 32), true)
     OR coalesce(o.links_hash <> substring($hashes, number * 64 + 32, 32), true)
     OR coalesce(o.scope <> $key, true)
  RETURN count(*) AS differing
}
CALL () {
  UNWIND $others AS other
  OPTIONAL MATCH (o:Object {environment: $environment, id: other[0]})
  USING INDEX SEEK o:Object(environment, id)
  WITH o, other
  WHERE o IS NULL
     OR coalesce(o.type <> other[1], true)
     OR coalesce(o[other[2]] <> other[4], true)
     OR coalesce(o[other[3]] <> $key, true)
  RETURN count(*) AS unlike
}
WITH lease, s, differing + unlike AS changes
WHERE changes = 0
SET s += $properties, s.fence = lease.token, s.fenced_at = $observed_at, s.observed_at = $observed_at,
    s.completed_at = $observed_at, s.written_at = datetime.transaction('Z')
RETURN s.key AS key
