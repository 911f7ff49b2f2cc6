// name: scopes_unchanged
// purpose: stamp the scopes of which the graph holds just what readings say, and tell of the others what is known of them
// mode: write
// plan: kept
// parameters: environment, readings
// A reading is {key, observed_at, digests, properties}. The graph still holds what a scope's `digests` tell when nobody
// has written the scope since, which takes them away, and when it has as many objects and attributes as then: others may
// remove or adopt them. `token` tells when that was looked at.
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
WITH lease
UNWIND $readings AS reading
OPTIONAL MATCH (s:Scope {environment: $environment, key: reading.key})
USING INDEX SEEK s:Scope(environment, key)
WITH lease, reading, s,
     CASE WHEN s.fenced_at <= reading.observed_at
           AND s.objects = COUNT {
             MATCH (o:Object {environment: $environment, scope: reading.key})
             USING INDEX SEEK o:Object(environment, scope)
           }
           AND s.attributes = COUNT {
             MATCH (h:Host {environment: $environment, ssh_scope: reading.key})
             USING INDEX SEEK h:Host(environment, ssh_scope)
           } + COUNT {
             MATCH (i:Instance {environment: $environment, neutron_scope: reading.key})
             USING INDEX SEEK i:Instance(environment, neutron_scope)
           }
          THEN s.digests END AS digests
FOREACH (_ IN CASE WHEN digests = reading.digests THEN [1] ELSE [] END |
  SET s += reading.properties, s.fence = lease.token, s.fenced_at = reading.observed_at,
      s.observed_at = reading.observed_at, s.completed_at = reading.observed_at,
      s.written_at = datetime.transaction('Z')
)
RETURN reading.key AS key, coalesce(digests = reading.digests, false) AS same,
       CASE WHEN digests <> reading.digests THEN digests END AS digests, lease.token AS token
