"""Text from outside that can be encoded: halves of a character are joined, and a lone one is replaced."""

from __future__ import annotations

import re

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")


class WellFormed:
    """A text that grows. JSON can hold the two halves of a character (UTF-16's surrogates) in two pieces."""

    def __init__(self) -> None:
        self._half = ""

    def push(self, text: str) -> str:
        """What is certain: without a half at its end, which the next piece may complete."""
        whole = self._half + text
        self._half = whole[-1:] if "\ud800" <= whole[-1:] <= "\udbff" else ""
        return well_formed(whole[: len(whole) - len(self._half)])

    def rest(self) -> str:
        """The half that nothing completed."""
        half, self._half = self._half, ""
        return well_formed(half)


def well_formed(text: str) -> str:
    """With halves that belong together joined, and others replaced by U+FFFD."""
    if not _LONE.search(text):
        return text
    joined = _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _LONE.sub("\ufffd", joined)
