// name: listener_gap_answered
// purpose: a scan was done, so the gap is taken care of, unless there has been another one since
// mode: write
// parameters: environment, at
MATCH (e:Environment {name: $environment})
WHERE toString(e.listener_gap_at) = $at
REMOVE e.listener_gap_at, e.listener_gap_reason, e.listener_gap_scan
