// name: events_leading_to
// purpose: floating IPs that lead to these ports, or wait for them
// mode: read
// parameters: environment, ids
CALL () {
  UNWIND $ids AS id
  MATCH (:Object {environment: $environment, id: id})<-[:FLOATING_IP_PORT]-(f:FloatingIp)
  RETURN f
  UNION
  MATCH (w:PendingLink {environment: $environment, link_type: 'floating_ip-port'})
  WHERE w.target_id IN $ids
  MATCH (f:Object {environment: $environment, id: w.source_id})
  USING INDEX SEEK f:Object(environment, id)
  WHERE f:FloatingIp
  RETURN f
}
RETURN properties(f) AS node
