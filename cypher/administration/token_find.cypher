// name: token_find
// purpose: the token of that fingerprint, while it is valid
// mode: read
// parameters: fingerprint
MATCH (t:Token {fingerprint: $fingerprint})
WHERE t.expires_at IS NULL OR t.expires_at > datetime()
RETURN t {.id, .name, .scope, created_at: toString(t.created_at), expires_at: toString(t.expires_at)} AS token
