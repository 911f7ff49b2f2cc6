// name: attributes_of_scope
// purpose: ids of the objects that a scope added attributes to
// mode: read
// plan: kept
// parameters: environment, scope, observed_at
// template: label, scope
MATCH (o:<<label>> {environment: $environment, <<scope>>: $scope})
USING INDEX SEEK o:<<label>>(environment, <<scope>>)
WHERE coalesce(o.added_at <= $observed_at, true)
RETURN o.id AS id
