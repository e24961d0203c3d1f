"""Consumers of events: what each does, and what all of them promise."""
