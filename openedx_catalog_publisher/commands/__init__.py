"""What every command stands on: the actor, one transaction with retries, the locks, and the errors."""
