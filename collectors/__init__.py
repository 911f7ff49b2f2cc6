"""Everything that reads the real world."""
