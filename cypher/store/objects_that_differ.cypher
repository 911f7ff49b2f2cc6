// name: objects_that_differ
// purpose: of what readings say, the objects that are not in the graph just so
// mode: read
// plan: kept
// parameters: environment, scopes, observed, places, ids, hashes, unsaid, parents, unsized
// `places` says for each id which of `scopes` it is of, `observed` when that was read. `hashes` holds 64 characters for
// each id: hash of the content and hash of the links, either of them `unsaid` where it is not known; `parents` are the
// ids of the parents, for objects whose links are not known.
// Returned are numbers of ids: `absent` is not there, `departed` has since been said by an event to be gone. `sizes`: how
// many objects each scope of `unsized` owns. `annotated`: whether any annotation waits for its object.
UNWIND range(0, size($ids) - 1) AS number
OPTIONAL MATCH (o:Object {environment: $environment, id: $ids[number]})
USING INDEX SEEK o:Object(environment, id)
WITH number, o, substring($hashes, number * 64, 32) AS hash, substring($hashes, number * 64 + 32, 32) AS links_hash
WHERE o IS NULL
   OR (hash <> $unsaid AND coalesce(o.hash <> hash, true))
   OR coalesce(o.scope <> $scopes[$places[number]], true)
   OR (links_hash <> $unsaid AND coalesce(o.links_hash <> links_hash, true))
   OR (links_hash = $unsaid AND coalesce(o.parent_id <> $parents[number], true))
WITH number, o, $observed[$places[number]] AS observed_at, CASE WHEN o IS NULL THEN $ids[number] END AS absent_id
OPTIONAL MATCH (t:Tombstone {environment: $environment, id: absent_id})
USING INDEX SEEK t:Tombstone(environment, id)
WHERE t.said_at > observed_at
WITH collect(CASE WHEN o IS NULL AND t IS NULL THEN number END) AS absent,
     collect(CASE WHEN t IS NOT NULL THEN number END) AS departed,
     collect(CASE WHEN o IS NOT NULL THEN
       [number, o.type, o.hash, o.scope, o.links_hash, o.parent_id, coalesce(o.said_at > observed_at, false)]
     END) AS differing
RETURN absent, departed, differing,
       [key IN $unsized | COUNT {
         MATCH (owned:Object {environment: $environment, scope: key})
         USING INDEX SEEK owned:Object(environment, scope)
       }] AS sizes,
       size(absent) > 0 AND EXISTS {
         MATCH (a:Annotation {environment: $environment})
         USING INDEX SEEK a:Annotation(environment, object_id)
         WHERE a.object_id IS NOT NULL
       } AS annotated
