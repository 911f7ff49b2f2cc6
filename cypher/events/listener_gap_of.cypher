// name: listener_gap_of
// purpose: whether notifications were lost, and how the scan fares that was asked for since
// mode: read
// parameters: environment
MATCH (e:Environment {name: $environment})
WHERE e.listener_gap_at IS NOT NULL
OPTIONAL MATCH (s:Scan {environment: $environment, id: e.listener_gap_scan})
RETURN e.listener_gap_reason AS reason, toString(e.listener_gap_at) AS at, s.status AS status
