// name: environment_names
// purpose: names of all environments
// mode: read
MATCH (e:Environment)
RETURN e.name AS name ORDER BY name
