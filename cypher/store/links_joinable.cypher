// name: links_joinable
// purpose: of these links, those whose two ends are there
// mode: read
// plan: kept
// parameters: environment, rows
// template: source, target
// A row is [source id, target id, …].
UNWIND range(0, size($rows) - 1) AS number
MATCH (source:Object {environment: $environment, id: $rows[number][0]})
USING INDEX SEEK source:Object(environment, id)
MATCH (target:Object {environment: $environment, id: $rows[number][1]})
USING INDEX SEEK target:Object(environment, id)
WHERE source:<<source>> AND target:<<target>>
RETURN collect(number) AS numbers
