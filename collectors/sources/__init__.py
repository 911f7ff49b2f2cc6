"""Sources: raw answers of APIs, databases, hosts and recordings."""
