"""Other ways of writing the same rows to the same server: what the product's writer is measured against."""
