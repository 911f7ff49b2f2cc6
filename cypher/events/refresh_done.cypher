// name: refresh_done
// purpose: put off what was read again to its next look, or end it; what was asked for once more meanwhile stays due
// mode: write
// parameters: environment, rows, now
// A row is [key, number of the asking that was answered, looks, failures, seconds to the next look or null].
UNWIND $rows AS row
MATCH (r:RefreshRequest {environment: $environment, key: row[0]})
FOREACH (_ IN CASE WHEN r.asked <> row[1] THEN [1] ELSE [] END | SET r.first_asked_at = $now)
FOREACH (_ IN CASE WHEN r.asked = row[1] AND row[4] IS NOT NULL THEN [1] ELSE [] END |
  SET r.looks = row[2], r.failures = row[3],
      r.due_at = $now + duration({milliseconds: toInteger(row[4] * 1000)}))
FOREACH (_ IN CASE WHEN r.asked = row[1] AND row[4] IS NULL THEN [1] ELSE [] END | DELETE r)
