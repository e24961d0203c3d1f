"""Tests of the scripts that only this repository has."""
