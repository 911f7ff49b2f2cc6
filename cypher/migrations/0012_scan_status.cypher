// name: 0012_scan_status
// purpose: scans that run
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (s:Scan) ON (s.environment, s.status)
