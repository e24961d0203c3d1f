"""What operators run with manage.py."""
