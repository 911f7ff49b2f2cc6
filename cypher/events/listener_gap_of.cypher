// name: listener_gap_of
// purpose: whether notifications were lost, and no scan has been asked for since
// mode: read
// parameters: environment
MATCH (e:Environment {name: $environment})
WHERE e.listener_gap_at IS NOT NULL
RETURN e.listener_gap_reason AS reason, toString(e.listener_gap_at) AS at
