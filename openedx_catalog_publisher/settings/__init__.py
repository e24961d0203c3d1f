"""Defaults that the platform's plugin hooks load, typed access to the values in force, and their system checks."""
