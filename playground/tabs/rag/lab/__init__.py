"""Retrieval-augmented generation: files are read, chunked and indexed, passages retrieved, answers grounded in them."""
