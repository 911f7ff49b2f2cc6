// name: environment_forget
// purpose: forget how an environment is reached; the inventory stays
// mode: write
// parameters: environment
MATCH (e:Environment {name: $environment})
REMOVE e.configuration
RETURN e.name AS name
