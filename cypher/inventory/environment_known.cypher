// name: environment_known
// purpose: whether an environment has a configuration or anything discovered under its name
// mode: read
// parameters: environment
RETURN EXISTS { MATCH (e:Environment {name: $environment}) }
       OR EXISTS { MATCH (o:Object {environment: $environment}) WHERE o.type IS NOT NULL } AS known
