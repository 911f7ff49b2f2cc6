// name: scan_end
// purpose: how a scan ended
// mode: write
// parameters: environment, id, status, report
MATCH (s:Scan {environment: $environment, id: $id})
SET s.status = $status, s.report = $report, s.ended_at = datetime(), s.phase = 'ended'
RETURN s.status AS status
