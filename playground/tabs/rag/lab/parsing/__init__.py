"""Reading uploaded files, at arm's length: in processes that are bounded, and replaced when a file breaks them."""

from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.parsing.parsers import Parsers

__all__ = ["DocumentBounds", "Parsers"]
