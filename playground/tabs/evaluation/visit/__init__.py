"""A visitor's comparisons and kept runs. No page needed."""
