"""What is put into the lab's cloud through its APIs: services' accounts, topologies, changes."""
