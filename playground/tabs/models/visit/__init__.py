"""A visitor's work in the Models tab: within limits, and kept for a while. No page needed."""
