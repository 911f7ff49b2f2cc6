"""Sources against real servers that misbehave: HTTP, MariaDB, sshd; and recordings."""
