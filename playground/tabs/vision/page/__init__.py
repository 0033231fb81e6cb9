"""The Vision tab: what is laid out, shown and done."""
