// name: tokens_list
// purpose: all valid tokens, without what they are
// mode: read
// parameters:
MATCH (t:Token)
WHERE t.id IS NOT NULL AND (t.expires_at IS NULL OR t.expires_at > datetime())
RETURN t {.id, .name, .scope, created_at: toString(t.created_at), expires_at: toString(t.expires_at)} AS token
ORDER BY t.created_at, t.id
