// name: metrics_add
// purpose: add to the sums of metrics, and note the levels; what is of an environment that is gone is left out
// mode: write
// parameters: rows
// A row has key, name, labels, environment, value, buckets, level (true: the value is a level, not an addend).
UNWIND $rows AS row
WITH row
WHERE row.environment IS NULL OR EXISTS { MATCH (e:Environment {name: row.environment}) }
MERGE (m:Metric {key: row.key})
ON CREATE SET m.name = row.name, m.labels = row.labels, m.environment = row.environment, m.value = 0.0,
              m.buckets = [bucket IN row.buckets | 0]
SET m.value = CASE WHEN row.level THEN row.value ELSE m.value + row.value END,
    m.buckets = [i IN range(0, size(row.buckets) - 1) | coalesce(m.buckets[i], 0) + row.buckets[i]],
    m.at = datetime()
