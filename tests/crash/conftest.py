"""Fixtures of the crash tests: those of the races."""

from tests.races.fixtures import catalog, committed, stage

__all__ = ["catalog", "committed", "stage"]
