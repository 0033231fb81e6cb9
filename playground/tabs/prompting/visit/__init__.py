"""A visitor's questions to several strategies at once, and the runs that measure them. No page needed."""
