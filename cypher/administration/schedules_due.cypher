// name: schedules_due
// purpose: schedules whose time has come; those that are paused have no next time
// mode: read
// parameters: now, environments, limit
MATCH (s:Schedule)
WHERE s.next_run <= $now AND ($environments IS NULL OR s.environment IN $environments)
RETURN properties(s) AS schedule
ORDER BY s.next_run LIMIT $limit
