"""The conversation: its values, its presets, and what it can be exported as."""
