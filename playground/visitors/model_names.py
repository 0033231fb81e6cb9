"""What a visitor may call a model: by its provider, by the Hub's name for it, or by a folder's path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

LOCAL = "huggingface"
"""The provider of models on this computer."""
_HUB_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?:models/)?([\w.-]+/[\w.-]+)(?:[/?#].*)?"
)
_FOLDER = re.compile(r"/|~|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\")
_BY_FIRST_NAME = {
    "gpt2": "openai-community/gpt2",
    "gpt2-medium": "openai-community/gpt2-medium",
    "gpt2-large": "openai-community/gpt2-large",
    "distilgpt2": "distilbert/distilgpt2",
}
"""Models that courses name as they were called when the Hub had no owners, and that converse or continue here."""


def full_name(ref: str, providers: Iterable[str]) -> str:
    """A folder's path, a Hub id alone (`owner/name`) or its page's address is a local model's name; a slip in a
    provider's name is not."""
    local = LOCAL
    if (pasted := _HUB_ADDRESS.fullmatch(ref)) is not None:
        return f"{local}/{pasted[1]}"
    if _FOLDER.match(ref):
        return f"{local}/{ref}"
    if ref in _BY_FIRST_NAME:
        return f"{local}/{_BY_FIRST_NAME[ref]}"
    first, _, rest = ref.partition("/")
    hub = rest and "/" not in rest and not get_close_matches(first, list(providers), cutoff=0.9)
    return f"{local}/{ref}" if hub else ref
