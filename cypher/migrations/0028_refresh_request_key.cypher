// name: 0028_refresh_request_key
// purpose: one request for each thing that is to be read again
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (r:RefreshRequest) REQUIRE (r.environment, r.key) IS UNIQUE
