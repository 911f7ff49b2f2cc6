// name: 0027_housekeeping_id
// purpose: one node that says when housekeeping was last sent and done
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (h:Housekeeping) REQUIRE h.id IS UNIQUE
