// name: environment_empty
// purpose: remove what was discovered in an environment, a batch at a time
// mode: write
// parameters: environment, batch
CALL () {
  MATCH (n:Object {environment: $environment}) WHERE n.id IS NOT NULL RETURN n
  UNION ALL
  MATCH (n:PendingLink {environment: $environment}) WHERE n.link_type IS NOT NULL RETURN n
  UNION ALL
  MATCH (n:Tombstone {environment: $environment}) WHERE n.id IS NOT NULL RETURN n
  UNION ALL
  MATCH (n:Annotation {environment: $environment}) WHERE n.object_id IS NOT NULL RETURN n
  UNION ALL
  MATCH (n:Scope {environment: $environment}) WHERE n.key IS NOT NULL RETURN n
  UNION ALL
  MATCH (n:RefreshRequest {environment: $environment}) WHERE n.key IS NOT NULL RETURN n
}
WITH n LIMIT $batch
WITH n, n:Object AS object
DETACH DELETE n
RETURN count(*) AS removed, sum(CASE WHEN object THEN 1 ELSE 0 END) AS objects
