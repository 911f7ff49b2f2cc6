// name: token_revoke
// purpose: take a token away
// mode: write
// parameters: id
MATCH (t:Token {id: $id})
WITH t, t.id AS id
DELETE t
RETURN id
