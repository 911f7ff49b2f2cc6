// name: scan_never_began
// purpose: how a scan that was asked for ended before it could begin
// mode: write
// parameters: environment, id, status, reason
MATCH (s:Scan {environment: $environment, id: $id, status: 'pending'})
SET s.status = $status, s.reason = $reason, s.ended_at = datetime(), s.phase = 'ended'
RETURN s.status AS status
