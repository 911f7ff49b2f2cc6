// name: scan_give_up
// purpose: end a scan that nobody does any more
// mode: write
// parameters: environment, id, reason
MATCH (s:Scan {environment: $environment, id: $id})
WHERE s.status IN ['pending', 'running']
SET s.status = 'aborted', s.reason = $reason, s.ended_at = datetime(), s.phase = 'ended'
RETURN s.id AS id
