// name: reachable_tail
// purpose: last part of one step outward: what is there, over which link, by which networks
// mode: read
// parameters: most
}
RETURN here.id AS here, link.link_type AS link_type, onward, link.networks AS networks,
       there {.*, details: null} AS there
LIMIT $most
