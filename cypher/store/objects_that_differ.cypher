// name: objects_that_differ
// purpose: of what readings say, the objects that are not in the graph just so
// mode: read
// plan: kept
// parameters: environment, scopes, observed, places, ids, hashes, links_hashes, parents, unsized
// `places` says for each id which of `scopes` it is of, `observed` when that was read. `hashes` are of the content and
// `links_hashes` of the links, null where it is not known; `parents` are the ids of the parents, for objects whose links
// are not known. One text for all hashes would be less to send, but to find the middle of it takes the longer the longer
// it is: 80 µs for each object, where 2,000 are compared at once.
// Returned are numbers of ids: `absent` is not there, `departed` has since been said by an event to be gone. `sizes`: how
// many objects each scope of `unsized` owns. `annotated`: whether any annotation waits for its object.
UNWIND range(0, size($ids) - 1) AS number
OPTIONAL MATCH (o:Object {environment: $environment, id: $ids[number]})
USING INDEX SEEK o:Object(environment, id)
WITH number, o, $hashes[number] AS hash, $links_hashes[number] AS links_hash
WHERE o IS NULL
   OR (hash IS NOT NULL AND coalesce(o.hash <> hash, true))
   OR coalesce(o.scope <> $scopes[$places[number]], true)
   OR (links_hash IS NOT NULL AND coalesce(o.links_hash <> links_hash, true))
   OR (links_hash IS NULL AND coalesce(o.parent_id <> $parents[number], true))
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
