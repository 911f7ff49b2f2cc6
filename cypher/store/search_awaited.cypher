// name: search_awaited
// purpose: wait until the full-text index has what was written
// mode: read
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
