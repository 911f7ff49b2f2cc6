"""Celery: the application, its tasks, and how a scan by name comes about."""
