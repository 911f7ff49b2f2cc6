"""The generated pages of the reference, one function each."""
