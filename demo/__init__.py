"""The recording that `calipso demo` scans: the lab's shipped topology, made anew by lab/record-demo."""
