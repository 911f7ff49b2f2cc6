// name: clique_types
// purpose: users' own clique types
// mode: read
MATCH (t:CliqueType)
RETURN properties(t) AS properties ORDER BY t.name
