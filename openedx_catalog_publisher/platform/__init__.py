"""The only door to edx-platform: nothing else here imports it."""
