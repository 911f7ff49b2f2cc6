"""Benchmarks: each one command, each a ratio of two sides measured in one run."""
