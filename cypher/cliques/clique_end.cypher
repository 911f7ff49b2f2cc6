// name: clique_end
// purpose: part of a clique statement: after the walks of all its clique types
// mode: read
}
