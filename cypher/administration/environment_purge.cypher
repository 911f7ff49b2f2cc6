// name: environment_purge
// purpose: remove the notes about an environment, at last its own node, a batch at a time
// mode: write
// parameters: environment, batch
CALL () {
  MATCH (n:Scan {environment: $environment}) RETURN n
  UNION ALL
  MATCH (n:Message {environment: $environment}) RETURN n
  UNION ALL
  MATCH (n:Scope {environment: $environment}) RETURN n
  UNION ALL
  MATCH (n:Schedule {environment: $environment}) RETURN n
  UNION ALL
  MATCH (n:ConnectionTest {environment: $environment}) RETURN n
  UNION ALL
  MATCH (n:Metric {environment: $environment}) WHERE n.key IS NOT NULL RETURN n
  UNION ALL
  MATCH (n:Environment {name: $environment}) RETURN n
}
WITH n LIMIT $batch
DETACH DELETE n
RETURN count(*) AS removed
