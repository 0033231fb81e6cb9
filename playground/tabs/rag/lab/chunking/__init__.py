"""Documents cut into chunks that an embedding model reads whole, at the borders of sentences and headings."""
