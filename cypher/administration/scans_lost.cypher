// name: scans_lost
// purpose: scans that are with no worker and, as nothing is in the queue, in no queue: to be sent again
// mode: write
// parameters: lost_after
MATCH (s:Scan {status: 'pending'})
WHERE s.sent_at < datetime() - duration({seconds: $lost_after})
  AND coalesce(s.taken_at < datetime() - duration({seconds: $lost_after}), true)
REMOVE s.sent_at
RETURN s.id AS id
