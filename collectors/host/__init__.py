"""What is collected on a host."""
