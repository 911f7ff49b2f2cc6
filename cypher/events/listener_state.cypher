// name: listener_state
// purpose: say how the environment's listener fares; `listener_since` is when it began to fare so
// mode: write
// parameters: environment, state, reason, events, lag
MATCH (e:Environment {name: $environment})
SET e.listener_since = CASE WHEN e.listener = $state AND e.listener_reason = $reason THEN e.listener_since
                            ELSE datetime() END,
    e.listener = $state, e.listener_reason = $reason, e.listener_heartbeat = datetime(),
    e.listener_events = coalesce(e.listener_events, 0) + $events,
    e.listener_lag = coalesce($lag, e.listener_lag)
