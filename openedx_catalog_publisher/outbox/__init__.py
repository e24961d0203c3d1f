"""The outbox: recording events in the transaction of their change."""
