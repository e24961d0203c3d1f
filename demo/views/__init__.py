"""The pages of the demo."""
