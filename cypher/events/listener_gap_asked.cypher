// name: listener_gap_asked
// purpose: remember the scan that was asked for because of a gap, unless there has been another gap since
// mode: write
// parameters: environment, at, scan
MATCH (e:Environment {name: $environment})
WHERE toString(e.listener_gap_at) = $at
SET e.listener_gap_scan = $scan
