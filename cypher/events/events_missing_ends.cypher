// name: events_missing_ends
// purpose: the ends that links of these objects wait for, unless they are said to be gone
// mode: read
// parameters: environment, ids
UNWIND $ids AS id
MATCH (p:PendingLink {environment: $environment, anchor_id: id})
WITH CASE WHEN p.source_id = id THEN [p.target_type, p.target_id] ELSE [p.source_type, p.source_id] END AS missing
WHERE NOT EXISTS { (:Tombstone {environment: $environment, id: missing[1]}) }
RETURN DISTINCT missing[0] AS type, missing[1] AS id
