"""What the engine costs, beside hand-written SQL for the same rows: ``python -m benchmarks --help``."""
