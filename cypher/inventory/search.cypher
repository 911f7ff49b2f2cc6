// name: search
// purpose: objects that a text names: by id or name as it begins, by MAC address as it begins, and by any word
// mode: read
// parameters: environment, index, text, folded, words, exact, mac, scalars, lists, considered, skip, limit
CALL () {
  WITH CASE WHEN $environment IS NULL THEN COLLECT { MATCH (e:Environment) RETURN e.name }
            ELSE [$environment] END AS environments
  UNWIND environments AS environment
  CALL (environment) {
    MATCH (o:Object) WHERE o.environment = environment AND o.id STARTS WITH $text
    RETURN o LIMIT $considered
    UNION
    MATCH (o:Object) WHERE o.environment = environment AND o.name STARTS WITH $text
    RETURN o LIMIT $considered
    UNION
    MATCH (o:Port) WHERE o.environment = environment AND o.mac_address STARTS WITH $mac
    RETURN o LIMIT $considered
    UNION
    MATCH (o:Vnic) WHERE o.environment = environment AND o.mac_address STARTS WITH $mac
    RETURN o LIMIT $considered
    UNION
    MATCH (o:Vconnector) WHERE o.environment = environment AND o.mac_address STARTS WITH $mac
    RETURN o LIMIT $considered
    UNION
    MATCH (o:HostPnic) WHERE o.environment = environment AND o.mac_address STARTS WITH $mac
    RETURN o LIMIT $considered
    UNION
    MATCH (o:SwitchPnic) WHERE o.environment = environment AND o.mac_address STARTS WITH $mac
    RETURN o LIMIT $considered
  }
  RETURN o
  UNION
  CALL db.index.fulltext.queryNodes($index, $words) YIELD node AS o
  WHERE $environment IS NULL OR o.environment = $environment
  RETURN o LIMIT $considered
}
WITH o, toLower(o.name) AS name,
     any(key IN $scalars WHERE toLower(o[key]) IN $exact)
       OR any(key IN $lists WHERE any(value IN o[key] WHERE toLower(split(value, '/')[0]) IN $exact)) AS says
WITH o,
     CASE WHEN o.id = $text THEN 0 WHEN name = $folded THEN 1 WHEN says THEN 2
          WHEN o.id STARTS WITH $text THEN 3 WHEN name STARTS WITH $folded THEN 4
          WHEN any(key IN $scalars WHERE toLower(o[key]) CONTAINS $folded) THEN 5 ELSE 6 END AS rank
RETURN o {.*, details: null} AS node, rank
// No score: it depends on all that is in the index, and pages must follow each other while a scan writes.
ORDER BY rank, o.type, o.name, o.environment, o.id
SKIP $skip LIMIT $limit
