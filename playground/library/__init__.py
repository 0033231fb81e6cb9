"""A visitor's documents, for every tab that answers from them."""

from playground.library.asking import ask
from playground.library.assistants import OWN, Assistant, Assistants
from playground.library.grounding import Grounded
from playground.library.library import Library
from playground.library.measuring import Measured, Proposing, Wanted, measure, proposals
from playground.library.values import Answered, Asking, Ingest, Retrieval

__all__ = [
    "OWN",
    "Answered",
    "Asking",
    "Assistant",
    "Assistants",
    "Grounded",
    "Ingest",
    "Library",
    "Measured",
    "Proposing",
    "Retrieval",
    "Wanted",
    "ask",
    "measure",
    "proposals",
]
