// name: messages_write
// purpose: keep messages, tied to the objects and the scan that they speak of
// mode: write
// parameters: environment, rows
UNWIND $rows AS row
CREATE (m:Message {environment: $environment, id: randomUUID(), level: row.level, text: row.text,
                   source_system: row.source_system, timestamp: datetime(), scan_id: row.scan_id,
                   event_id: row.event_id})
WITH m, row
CALL (m, row) {
  UNWIND row.related AS id
  MATCH (o:Object {environment: $environment, id: id})
  USING INDEX SEEK o:Object(environment, id)
  CREATE (m)-[:ABOUT]->(o)
}
CALL (m, row) {
  WITH m, row WHERE row.scan_id IS NOT NULL
  MATCH (s:Scan {environment: $environment, id: row.scan_id})
  CREATE (m)-[:OF_SCAN]->(s)
}
RETURN count(m) AS written
