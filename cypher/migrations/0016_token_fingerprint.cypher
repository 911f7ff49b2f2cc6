// name: 0016_token_fingerprint
// purpose: a token is found by its fingerprint, and there is one of each
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (t:Token) REQUIRE t.fingerprint IS UNIQUE
