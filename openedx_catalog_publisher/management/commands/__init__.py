"""Commands of manage.py, for operators: thin callers of the Python door."""
