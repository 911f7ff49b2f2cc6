// name: listener_due
// purpose: environments that want to be listened to: whether they were scanned, and a mark of how they are configured
// mode: read
MATCH (e:Environment)
WHERE e.listen AND e.configuration IS NOT NULL
RETURN e.name AS environment, e.configuration AS configured,
       EXISTS { MATCH (s:Scope {environment: e.name}) WHERE s.key IS NOT NULL AND s.completed_at IS NOT NULL } AS scanned
ORDER BY environment
