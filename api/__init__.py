"""The REST API: thin resources over `topology`, one place that decides who may ask, one shape of errors."""
