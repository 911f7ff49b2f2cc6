// name: listener_bind
// purpose: remember what the listener's queue is bound to, so that what is new is seen whoever ended meanwhile
// mode: write
// parameters: environment, exchanges
MATCH (e:Environment {name: $environment})
SET e.listener_bound = $exchanges
