// name: refresh_done
// purpose: put off what was read again to its next look, or end it; what was asked for once more meanwhile stays due
// mode: write
// parameters: environment, rows, now
// A row is [key, number of the asking that was answered, looks, failures, seconds to the next look or null, nothing].
// nothing: the answer had nothing of it. Of what a notification says to be gone that is the last word.
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
WITH lease
UNWIND $rows AS row
MATCH (r:RefreshRequest {environment: $environment, key: row[0]})
USING INDEX SEEK r:RefreshRequest(environment, key)
OPTIONAL MATCH (t:Tombstone {environment: $environment, id: r.id})
USING INDEX SEEK t:Tombstone(environment, id)
WITH r, row, CASE WHEN row[5] AND coalesce(t.told, false) THEN null ELSE row[4] END AS pause
FOREACH (_ IN CASE WHEN r.asked <> row[1] THEN [1] ELSE [] END | SET r.first_asked_at = $now, r.failures = row[3])
FOREACH (_ IN CASE WHEN r.asked = row[1] AND pause IS NOT NULL THEN [1] ELSE [] END |
  SET r.looks = row[2], r.failures = row[3],
      r.due_at = $now + duration({milliseconds: toInteger(pause * 1000)}))
FOREACH (_ IN CASE WHEN r.asked = row[1] AND pause IS NULL THEN [1] ELSE [] END | DELETE r)
