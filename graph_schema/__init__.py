"""Declarations: what there is in the graph, and what the product runs to find out."""
