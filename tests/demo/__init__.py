"""Tests of the standalone project."""
