"""The resources: each parses its request, calls one function of `topology`, and shapes the answer."""
