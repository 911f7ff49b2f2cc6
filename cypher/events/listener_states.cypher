// name: listener_states
// purpose: how the listeners of environments fare, and what they wait to read again
// mode: read
// parameters: environment, silent
// `environment` is null for all; one that has not been heard of for `silent` seconds has no listener any more.
MATCH (e:Environment)
WHERE $environment IS NULL OR e.name = $environment
RETURN e.name AS environment, coalesce(e.listen, false) AS listen, e.listener AS state, e.listener_reason AS reason,
       toString(e.listener_since) AS since, toString(e.listener_heartbeat) AS heartbeat,
       coalesce(e.listener_events, 0) AS events, e.listener_lag AS lag, toString(e.listener_gap_at) AS gap_at,
       e.listener_gap_reason AS gap_reason,
       coalesce(e.listener_heartbeat < datetime() - duration({seconds: $silent}), true) AS silent,
       COUNT { MATCH (r:RefreshRequest {environment: e.name}) WHERE r.key IS NOT NULL } AS waiting
ORDER BY environment
