// name: 0029_metric_key
// purpose: one sum for each series of a metric
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (m:Metric) REQUIRE m.key IS UNIQUE
