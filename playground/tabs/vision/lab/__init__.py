"""What the Vision tab does: clean images, questions about them, labels, reading the text in them, measuring."""
