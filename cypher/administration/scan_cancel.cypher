// name: scan_cancel
// purpose: end a scan that waits, or ask the one that runs to end; the environment's node is locked meanwhile
// mode: write
// parameters: environment, id, reason
MATCH (s:Scan {environment: $environment, id: $id})
MATCH (e:Environment {name: $environment})
SET e.scan_lock = $id
REMOVE e.scan_lock
WITH s, s.status AS former
SET s.cancel = former IN ['pending', 'running'],
    s.reason = CASE WHEN former IN ['pending', 'running'] THEN $reason ELSE s.reason END,
    s.status = CASE former WHEN 'pending' THEN 'aborted' ELSE former END,
    s.phase = CASE former WHEN 'pending' THEN 'ended' ELSE s.phase END,
    s.ended_at = CASE former WHEN 'pending' THEN datetime() ELSE s.ended_at END
RETURN former, s.status AS status
