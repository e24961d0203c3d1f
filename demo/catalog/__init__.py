"""The catalog of the demo: ``catalog.jsonl``, its pictures, and what draws them."""
