// name: search_filter
// purpose: part of a search, after each way in which objects are come by: those of which all conditions are true
// mode: read
// parameters: types, conditions
WITH o WHERE ($types IS NULL OR o.type IN $types)
  AND all(wanted IN $conditions WHERE any(key IN wanted.keys WHERE any(said IN coalesce([] + o[key], []) WHERE
    CASE wanted.how
      WHEN 'id' THEN said IN wanted.values
      WHEN 'is' THEN toLower(toString(said)) IN wanted.values
      WHEN 'begins' THEN any(value IN wanted.values WHERE toLower(toString(said)) STARTS WITH value)
      WHEN 'contains' THEN any(value IN wanted.values WHERE toLower(toString(said)) CONTAINS value)
      // Addresses compare as text with all their digits: zeros stand for what :: leaves out between both halves.
      ELSE any(range IN wanted.ranges WHERE said CONTAINS range.separator AND NOT said CONTAINS range.other
        AND (NOT key STARTS WITH 'cidr' OR toInteger(split(said, '/')[1]) >= range.length)
        AND any(halves IN [[half IN split(split(toLower(said), '/')[0], '::') |
                            reduce(all = '', part IN [p IN split(half, range.separator) WHERE p <> ''] |
                                   all + right('000' + part, range.width))]]
                WHERE range.low <= halves[0]
                                   + substring(range.zeros, size(halves[0]) + size(coalesce(halves[1], '')))
                                   + coalesce(halves[1], '') <= range.high))
    END)))
