"""What is wrong with a document, a search or an index."""

from __future__ import annotations

from typing import ClassVar

from playground.sqlite import StorageFailed
from providers.errors import InputError, LimitExceeded


class UnreadableDocument(InputError, code="document_error"):
    """Values: file; of a bound also limit (bytes in MB), pages, seconds."""

    reasons: ClassVar[tuple[str, ...]] = (
        "unsupported",
        "encrypted",
        "empty",
        "scanned",
        "garbled",
        "unread",
        "damaged",
        "too_large",
        "too_many_pages",
        "too_long",
        "expands",
        "entities",
        "nested",
        "too_slow",
        "memory",
        "crashed",
        "archive",
        "too_many_files",
    )


READ_BY_OCR = frozenset({UnreadableDocument("scanned").key, UnreadableDocument("garbled").key})
"""Why a file was refused whose text may be read from pictures."""


class UnknownDocument(InputError, code="input_error"):
    """There is no such document, or there are none to search."""

    reasons = ("document", "documents")


class RagLimit(LimitExceeded, code="limit_exceeded"):
    """Values: limit."""

    reasons = ("documents", "assistants")


class IndexFailed(StorageFailed, code="storage_failed"):
    """The index of vectors could not be written or read."""

    reasons = ("full", "index", "index_server")
