// name: environment_get
// purpose: one environment with its sealed configuration and the time of its last good scan
// mode: read
// parameters: environment
MATCH (e:Environment {name: $environment})
OPTIONAL MATCH (s:Scan {environment: $environment})
  WHERE s.status IN ['completed', 'completed_with_errors']
RETURN properties(e) AS properties, e.configuration AS configuration, e.configuration IS NOT NULL AS configured,
       toString(max(s.ended_at)) AS last_scanned
