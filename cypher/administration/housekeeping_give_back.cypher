// name: housekeeping_give_back
// purpose: housekeeping could not be sent: it is time again
// mode: write
// parameters:
MATCH (h:Housekeeping {id: 'only'})
REMOVE h.sent_at
RETURN h.id AS id
