"""Tokens as they can be read: nothing of a token is invisible."""

from __future__ import annotations

import unicodedata

_SIGNS = {" ": "␠", "\n": "⏎", "\t": "⇥", "\x7f": "␡"}


def visible(piece: str) -> str:
    """A token's piece with its whitespace shown: ␠ ⏎ ⇥, ␀ to ␟ for controls, `<U+200B>` for others that do not print.

    Parts of a character (`<0xF0>`) stay as they are; a mark that combines stands on ◌; an empty piece is ∅.
    """
    if not piece:
        return "∅"
    shown = "".join(_sign(character) for character in piece)
    return f"◌{shown}" if unicodedata.combining(piece[0]) else shown


def _sign(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if character < " ":
        return chr(0x2400 + ord(character))  # Unicode's control pictures, in the controls' own order
    return character if character.isprintable() else f"<U+{ord(character):04X}>"
