// name: attributes_that_differ
// purpose: of what a group says, the objects that do not have it just so; and of how many each scope has said any
// mode: read
// plan: kept
// parameters: environment, scopes, observed, places, ids, hashes, unsized
// template: label, hash, scope
// `places` says for each id which of `scopes` says it, `observed` when that was read. Returned are numbers of ids; `kept`
// are those that differ and have attributes of their scope already.
UNWIND range(0, size($ids) - 1) AS number
OPTIONAL MATCH (o:Object {environment: $environment, id: $ids[number]})
USING INDEX SEEK o:Object(environment, id)
WHERE o:<<label>>
WITH number, o, $scopes[$places[number]] AS scope, $observed[$places[number]] AS observed_at
WHERE o IS NULL
   OR coalesce(o.<<hash>> <> $hashes[number], true)
   OR coalesce(o.<<scope>> <> scope, true)
WITH number, o, scope, coalesce(o.added_at > observed_at, false) AS newer
WITH collect(CASE WHEN o IS NULL THEN number END) AS missing,
     collect(CASE WHEN newer THEN number END) AS newer,
     collect(CASE WHEN o IS NOT NULL AND NOT newer THEN number END) AS differing,
     collect(CASE WHEN o.<<scope>> = scope THEN number END) AS kept
RETURN missing, newer, differing, kept,
       [key IN $unsized | COUNT {
         MATCH (o:<<label>> {environment: $environment, <<scope>>: key})
         USING INDEX SEEK o:<<label>>(environment, <<scope>>)
       }] AS sizes
