"""Edit log, hash chains, seals, and their verification."""
