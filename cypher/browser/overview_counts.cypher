// 1  How much of everything there is
// name: overview_counts
// purpose: objects of each type in the environment
// mode: read
// parameters: environment
MATCH (o:Object {environment: $environment})
WHERE o.type IS NOT NULL
RETURN o.type AS type, count(*) AS objects
ORDER BY objects DESC, type
