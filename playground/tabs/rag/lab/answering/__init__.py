"""The prompt of an answer from passages, and what is checked about it: evidence, citations, support."""
