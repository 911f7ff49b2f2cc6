// name: metrics_kept
// purpose: the sums of metrics, and the levels that were told lately
// mode: read
// parameters: levels, silent
// `levels` names the metrics that are levels: of those, what was not told again for `silent` seconds is no longer so.
MATCH (m:Metric)
WHERE m.key IS NOT NULL AND (NOT m.name IN $levels OR m.at >= datetime() - duration({seconds: $silent}))
RETURN m.name AS name, m.labels AS labels, m.value AS value, m.buckets AS buckets
ORDER BY m.key
