// name: scan_end
// purpose: how a scan ended
// mode: write
// parameters: environment, id, process, status, report, whole, reason
MATCH (s:Scan {environment: $environment, id: $id, status: 'running'})
WHERE s.process = $process
SET s.status = $status, s.report = $report, s.whole = $whole, s.reason = CASE $status WHEN 'aborted' THEN coalesce($reason, s.reason) END,
    s.ended_at = datetime(), s.phase = 'ended'
RETURN s.status AS status
