// name: listener_identity
// purpose: the name that this installation's listener goes by at the environment's broker: made once
// mode: write
// parameters: environment
MATCH (e:Environment {name: $environment})
SET e.listener_id = coalesce(e.listener_id, substring(randomUUID(), 0, 8))
RETURN e.listener_id AS id
