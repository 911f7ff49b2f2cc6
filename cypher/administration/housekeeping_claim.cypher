// name: housekeeping_claim
// purpose: take the turn to send housekeeping: when its period is over and it is done, or overdue for long
// mode: write
// parameters: period, patience
MERGE (h:Housekeeping {id: 'only'})
SET h.claim = true
REMOVE h.claim
WITH h
WHERE h.sent_at IS NULL OR h.sent_at < datetime() - duration({seconds: $patience})
  OR (h.sent_at < datetime() - duration({seconds: $period}) AND coalesce(h.done_at >= h.sent_at, false))
SET h.sent_at = datetime()
RETURN h.id AS id
