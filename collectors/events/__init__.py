"""Notifications of the cloud's services: what they say, and how what they speak of is read again."""
