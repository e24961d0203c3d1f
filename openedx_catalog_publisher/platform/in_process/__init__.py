"""Backends that call the platform in its own process. Importing one imports edx-platform."""
