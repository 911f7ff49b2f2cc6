// name: search_head
// purpose: first part of a search
// mode: read
CALL () {
