"""The parts of the RAG tab: its layout, what its handlers do, and how documents and answers are drawn."""
