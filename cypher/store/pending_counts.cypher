// name: pending_counts
// purpose: how many links of each type wait for an end
// mode: read
// parameters: environment
MATCH (p:PendingLink {environment: $environment})
WHERE p.link_type IS NOT NULL
RETURN p.link_type AS link_type, count(*) AS waiting
