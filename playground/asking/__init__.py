"""The one way to ask a model, and the one way to wait for it."""
