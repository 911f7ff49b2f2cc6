// name: scans_unsent
// purpose: scans that are asked for and not with the broker; those just asked for over REST are being sent
// mode: read
// parameters: environments
MATCH (s:Scan {status: 'pending'})
WHERE s.sent_at IS NULL AND ($environments IS NULL OR s.environment IN $environments)
  AND (s.schedule IS NOT NULL OR s.requested_at < datetime() - duration({seconds: 10}))
  AND coalesce(s.taken_at < datetime() - duration({seconds: 60}), true)
RETURN s.environment AS environment, coalesce(s.of, s.environment) AS of, s.id AS id, s.options AS options,
       s.started_by AS started_by
ORDER BY s.requested_at LIMIT 1000
