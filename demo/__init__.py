"""The shipped recording: every raw answer of one scan of the lab's shipped topology (`lab/record-demo` makes it anew)."""
