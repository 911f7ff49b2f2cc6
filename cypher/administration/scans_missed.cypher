// name: scans_missed
// purpose: running scans not heard of in two rounds: back to those that wait, while there are attempts left
// mode: write
// parameters: most_attempts, dead_after, round
MATCH (s:Scan {status: 'running'})
WHERE s.heartbeat < datetime() - duration({seconds: $dead_after})
WITH s, coalesce(s.missed_heartbeat = s.heartbeat, false) AS known
SET s.missed_at = CASE WHEN known THEN s.missed_at ELSE datetime() END, s.missed_heartbeat = s.heartbeat
WITH s, coalesce(s.attempts, 0) AS attempts
WHERE known AND s.missed_at <= datetime() - duration({seconds: $round})
WITH s, attempts,
     s.requested_at IS NOT NULL AND attempts < $most_attempts AND NOT coalesce(s.cancel, false) AS again
FOREACH (_ IN CASE WHEN again THEN [1] ELSE [] END |
  SET s.status = 'pending', s.phase = 'pending'
  REMOVE s.sent_at, s.taken_at, s.taken_by, s.missed_at, s.missed_heartbeat)
RETURN s.environment AS environment, s.id AS id, s.place AS place, attempts, again
