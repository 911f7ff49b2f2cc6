// name: reachable_head
// purpose: first part of one step outward: what the last step reached, each with the networks that it is reached by
// mode: read
// parameters: environment, frontier
UNWIND $frontier AS reached
MATCH (here:Object {environment: $environment, id: reached.id})
CALL (here, reached) {
