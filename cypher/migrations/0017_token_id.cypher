// name: 0017_token_id
// purpose: a token is listed and revoked by its id
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (t:Token) REQUIRE t.id IS UNIQUE
