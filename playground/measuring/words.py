"""Answers normalised and tokenized, so that they can be compared."""

from __future__ import annotations

import re
import unicodedata

_ARTICLES = re.compile(r"\b(?:a|an|the|el|la|los|las|un|una|unos|unas)\b")


def normalise(text: str) -> str:
    """Lower case, without punctuation, English and Spanish articles and doubled spaces. Signs such as + and € stay.

    A text that is nothing but such words (the letter A, "Los") is not emptied.
    """
    lowered = unicodedata.normalize("NFC", text).casefold()
    bare = "".join(" " if unicodedata.category(one)[0] == "P" else one for one in lowered)
    words = " ".join(bare.split())
    return " ".join(_ARTICLES.sub(" ", words).split()) or words


def tokenize(text: str) -> list[str]:
    """Words and numbers of any script, in lower case."""
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold())


def fold(text: str) -> str:
    """Lower case without accents, a character for each character: places stay what they are."""
    return text.lower() if text.isascii() else "".join(map(_fold_letter, text))


def _fold_letter(one: str) -> str:
    lowered = one.lower()
    base = unicodedata.normalize("NFD", lowered)[:1]
    return base if len(lowered) == 1 and base else one
