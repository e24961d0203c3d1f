"""Consumers: what an event does outside of the catalog, one a module."""
