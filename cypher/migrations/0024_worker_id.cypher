// name: 0024_worker_id
// purpose: one node for each process that works in the background
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (w:Worker) REQUIRE w.id IS UNIQUE
