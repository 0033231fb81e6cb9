"""How long a request says that it is."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

_DIGITS = 18
"""Of a length that is longer, these alone are more than is taken anywhere; Python refuses thousands of them."""


def announced_length(scope: Scope) -> int | None:
    """Bytes of the body as the client announces them; `None` where it does not, or says what is no number."""
    said = Headers(scope=scope).get("content-length", "")
    return int(said[:_DIGITS]) if said.isascii() and said.isdecimal() else None
