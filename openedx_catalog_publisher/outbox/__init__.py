"""The outbox: events are recorded in the transaction of their change, and handed to consumers by the relay."""
