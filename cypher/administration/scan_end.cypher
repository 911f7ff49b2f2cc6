// name: scan_end
// purpose: how a scan ended
// mode: write
// parameters: environment, id, process, status, report
MATCH (s:Scan {environment: $environment, id: $id, status: 'running'})
WHERE s.process = $process
SET s.status = $status, s.report = $report, s.reason = CASE $status WHEN 'aborted' THEN s.reason END,
    s.ended_at = datetime(), s.phase = 'ended'
RETURN s.status AS status
