"""Reading uploaded files in processes of their own: bounded in memory and time, replaced when a file breaks one."""

from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.parsing.parsers import Parsers

__all__ = ["DocumentBounds", "Parsers"]
