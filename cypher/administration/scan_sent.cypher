// name: scan_sent
// purpose: the task of a scan is with the broker, or in the hands of a worker that waits for its turn
// mode: write
// parameters: environment, id
MATCH (s:Scan {environment: $environment, id: $id, status: 'pending'})
SET s.sent_at = datetime()
RETURN s.id AS id
