"""The engine: capture, compare, project, and what is composed of them."""
