"""What is wrong with the value of one field; commands gather it by field into ``InvalidInput``."""

from __future__ import annotations


class FieldError(ValueError):
    """A value that its field does not take; ``messages`` are sentences for people."""

    def __init__(self, *messages: str) -> None:
        super().__init__(" ".join(messages))
        self.messages = list(messages)
