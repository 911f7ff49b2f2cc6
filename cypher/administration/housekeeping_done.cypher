// name: housekeeping_done
// purpose: housekeeping was done, and what it did
// mode: write
// parameters: report
MERGE (h:Housekeeping {id: 'only'})
SET h.done_at = datetime(), h.report = $report
RETURN h.id AS id
