// name: 0025_scan_state
// purpose: scans that wait or run, in all environments
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (s:Scan) ON (s.status)
