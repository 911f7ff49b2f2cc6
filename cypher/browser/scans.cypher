// 17  The last scans
// name: scans
// purpose: when the environment was scanned, by whom, and how it ended
// mode: read
// parameters: environment
MATCH (s:Scan {environment: $environment})
WHERE s.id IS NOT NULL
RETURN s.started_at AS started, s.ended_at AS ended, s.status AS status, s.started_by AS started_by, s.phase AS phase
ORDER BY started DESC
LIMIT 20
