"""Backends that call the platform over HTTP, from another process or another machine."""
