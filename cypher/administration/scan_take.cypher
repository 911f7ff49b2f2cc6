// name: scan_take
// purpose: this process begins with a scan that was asked for
// mode: write
// parameters: environment, id, process
MATCH (s:Scan {environment: $environment, id: $id})
SET s.taken_by = $process, s.taken_at = datetime(), s.attempts = coalesce(s.attempts, 0) + 1
RETURN s.attempts AS attempts
