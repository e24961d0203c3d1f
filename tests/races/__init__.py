"""Races of commands on MySQL or MariaDB, interleaved on purpose; SQLite has one writer and cannot show them."""
