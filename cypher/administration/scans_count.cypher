// name: scans_count
// purpose: scans that have ended and are not counted yet, marked as counted; how long each took that had begun
// mode: write
// parameters: ended
MATCH (s:Scan)
WHERE s.status IN $ended AND s.counted IS NULL
SET s.counting = true  // the lock: of two that count at once, the second sees the first one's mark
WITH s WHERE s.counted IS NULL AND s.status IN $ended  // whose environment was removed meanwhile has no status
SET s.counted = true
REMOVE s.counting
RETURN s.environment AS environment, s.status AS status,
       duration.inSeconds(s.started_at, s.ended_at).milliseconds / 1000.0 AS seconds
