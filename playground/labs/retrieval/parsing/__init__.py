"""Reading uploaded files, at arm's length: in processes that are bounded, and replaced when a file breaks them."""

from playground.labs.retrieval.bounds import Bounds
from playground.labs.retrieval.parsing.parsers import Parsers, Rejected, Upload

__all__ = ["Bounds", "Parsers", "Rejected", "Upload"]
