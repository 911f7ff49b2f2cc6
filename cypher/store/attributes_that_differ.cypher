// name: attributes_that_differ
// purpose: of what a group says, the objects that do not have it just so; and of how many the scope has said any
// mode: read
// parameters: environment, scope, observed_at, ids, hashes
// template: label, hash, scope
// `hashes` holds 32 characters for each id. Returned are numbers of ids; `kept` are those of `differing` that have
// attributes of the scope already.
UNWIND range(0, size($ids) - 1) AS number
OPTIONAL MATCH (o:Object {environment: $environment, id: $ids[number]})
USING INDEX SEEK o:Object(environment, id)
WHERE o:<<label>>
WITH number, o
WHERE o IS NULL
   OR coalesce(o.<<hash>> <> substring($hashes, number * 32, 32), true)
   OR coalesce(o.<<scope>> <> $scope, true)
WITH number, o, coalesce(o.said_at > $observed_at, false) AS newer
WITH collect(CASE WHEN o IS NULL THEN number END) AS missing,
     collect(CASE WHEN newer THEN number END) AS newer,
     collect(CASE WHEN o IS NOT NULL AND NOT newer THEN number END) AS differing,
     count(CASE WHEN o.<<scope>> = $scope THEN 1 END) AS kept
RETURN missing, newer, differing, kept,
       COUNT { (:<<label>> {environment: $environment, <<scope>>: $scope}) } AS size
