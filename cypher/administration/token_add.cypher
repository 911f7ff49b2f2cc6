// name: token_add
// purpose: keep a new token: its fingerprint, never itself; tokens that ran out go
// mode: write
// parameters: id, fingerprint, name, scope, days
CALL () {
  MATCH (old:Token) WHERE old.id IS NOT NULL AND old.expires_at < datetime()
  DELETE old
}
CREATE (t:Token {id: $id, fingerprint: $fingerprint, name: $name, scope: $scope, created_at: datetime(),
                 expires_at: CASE WHEN $days IS NULL THEN null ELSE datetime() + duration({days: $days}) END})
RETURN t {.id, .name, .scope, created_at: toString(t.created_at), expires_at: toString(t.expires_at)} AS token
