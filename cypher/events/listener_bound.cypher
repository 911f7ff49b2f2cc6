// name: listener_bound
// purpose: the exchanges that the listener's queue is accounted to be bound to; null before a gap of it was noted
// mode: read
// parameters: environment
MATCH (e:Environment {name: $environment})
RETURN e.listener_bound AS exchanges
