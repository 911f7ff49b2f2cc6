// name: refresh_request
// purpose: ask that things are read again: soon, all requests of one thing at once, and none is put off for ever
// mode: write
// parameters: environment, rows, now
// A row is [key, kind, id, pause, longest]: milliseconds to wait for more requests, and at most.
// Who asks and who settles hold the lease: otherwise one of them would decide by what the other is just changing.
MATCH (lease:Lease {environment: $environment})
SET lease.token = lease.token + 1, lease.held_at = datetime.transaction('Z')
WITH lease
UNWIND $rows AS row
MERGE (r:RefreshRequest {environment: $environment, key: row[0]})
ON CREATE SET r.kind = row[1], r.id = row[2], r.failures = 0
SET r.first_asked_at = CASE WHEN coalesce(r.looks, 0) = 0 AND r.first_asked_at IS NOT NULL THEN r.first_asked_at
                            ELSE $now END,
    r.asked = lease.token, r.looks = 0
WITH r, $now + duration({milliseconds: row[3]}) AS soon, r.first_asked_at + duration({milliseconds: row[4]}) AS latest
SET r.due_at = CASE WHEN soon < latest THEN soon ELSE latest END
