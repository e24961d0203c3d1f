"""Commands of manage.py that only the demo project has."""
