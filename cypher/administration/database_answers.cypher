// name: database_answers
// purpose: tells that the database itself answers, not only the server's port
// mode: read
// parameters:
RETURN true AS answers
