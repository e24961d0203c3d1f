"""Crashes of commands: afterwards either nothing or everything happened, and the same command succeeds."""
