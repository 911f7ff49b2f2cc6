// name: scans_never_begun
// purpose: scans that were asked for long ago and that no worker took
// mode: read
// parameters: patience
MATCH (s:Scan {status: 'pending'})
WHERE s.requested_at < datetime() - duration({seconds: $patience})
  AND coalesce(s.taken_at < datetime() - duration({seconds: $patience}), true)
RETURN s.environment AS environment, s.id AS id
