// name: workers_missed
// purpose: processes that are not heard of in two rounds; those that ended a week ago are forgotten
// mode: write
// parameters: dead_after, round
CALL () {
  MATCH (old:Worker)
  WHERE old.state <> 'running' AND old.heartbeat < datetime() - duration({days: 7})
  DELETE old
}
MATCH (w:Worker {state: 'running'})
WHERE w.heartbeat < datetime() - duration({seconds: $dead_after})
WITH w, coalesce(w.missed_heartbeat = w.heartbeat, false) AS known
SET w.missed_at = CASE WHEN known THEN w.missed_at ELSE datetime() END, w.missed_heartbeat = w.heartbeat
WITH w
WHERE known AND w.missed_at <= datetime() - duration({seconds: $round})
SET w.state = 'lost'
RETURN w.kind AS kind, w.place AS place, toString(w.heartbeat) AS heartbeat
