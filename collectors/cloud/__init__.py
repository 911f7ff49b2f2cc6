"""What is collected from the cloud's services."""
