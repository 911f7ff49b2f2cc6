// name: refresh_due
// purpose: what is to be read again by now: what is asked for before what is looked at once more, the longest waiting first
// mode: read
// parameters: environment, now, limit, again, hosts
// again: so many are kept for what is looked at once more.
// hosts: true for hosts only, false for all but hosts.
MATCH (r:RefreshRequest {environment: $environment})
WHERE r.key IS NOT NULL AND r.due_at <= $now AND (r.kind = 'host') = $hosts
WITH r ORDER BY r.due_at
WITH collect(CASE WHEN r.looks = 0 THEN r END) AS asked, collect(CASE WHEN r.looks > 0 THEN r END) AS looked
WITH asked[..$limit - CASE WHEN size(looked) < $again THEN size(looked) ELSE $again END] AS asked, looked
UNWIND asked + looked[..$limit - size(asked)] AS r
RETURN r.key AS key, r.kind AS kind, r.id AS id, r.asked AS asked, r.looks AS looks, r.failures AS failures
