// name: reachable_tail
// purpose: last part of one step outward: what is there, over which link, by which networks
// mode: read
// parameters: most
}
RETURN here.id AS here, link.link_type AS link_type, onward,
       CASE WHEN reached.networks IS NULL THEN link.networks
            ELSE [n IN link.networks WHERE n IN reached.networks] END AS networks,
       there {.id, .type, .host, .service_id, .service_type} AS there
LIMIT $most
