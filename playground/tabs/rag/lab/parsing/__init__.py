"""Reading uploaded files, at arm's length: in processes that are bounded, and replaced when a file breaks them."""

from playground.tabs.rag.lab.bounds import Bounds
from playground.tabs.rag.lab.parsing.parsers import Parsers, Rejected

__all__ = ["Bounds", "Parsers", "Rejected"]
