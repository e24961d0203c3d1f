"""The API held to its own description, whoever asks and whatever they send."""
