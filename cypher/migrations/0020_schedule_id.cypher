// name: 0020_schedule_id
// purpose: one node for each schedule
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (s:Schedule) REQUIRE s.id IS UNIQUE
