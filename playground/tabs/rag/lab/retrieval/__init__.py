"""Finding the passages for a question: by vectors, by words (BM25), both fused, reranked and made diverse."""
