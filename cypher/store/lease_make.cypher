// name: lease_make
// purpose: the environment's lease, that every writing transaction takes; fails where it is there already
// mode: write
// parameters: environment
CREATE (:Lease {environment: $environment, token: 0})
