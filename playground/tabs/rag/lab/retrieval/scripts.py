"""Scripts: what is a letter of a word, which ones put no blanks between words, whose language they give away."""

from __future__ import annotations

import re
import unicodedata

_MARKS = "".join(chr(one) for one in range(0x300, 0x12000) if unicodedata.category(chr(one)) in ("Mn", "Mc"))
"""Vowel signs and accents that stand behind their letter: Python's own `\\w` breaks a Hindi or Thai word at each."""
WORD = rf"[\w{_MARKS}]+"
"""A pattern for a word of any script; of those without blanks, for a whole clause."""
LETTERS = rf"(?:[^\W\d_][{_MARKS}]*)+"
"""The same, of letters alone."""
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)
_RUN = re.compile(f"[{_UNSPACED}]+")
_PIECE = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_KANA, _HAN = "\u3040-\u30ff", "\u3400-\u4dbf\u4e00-\u9fff"
_LANGUAGES = {
    "ja": re.compile(f"[{_KANA}{_HAN}]"),
    "ko": re.compile("[\uac00-\ud7a3\u1100-\u11ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
}
"""A language, and the script that is most used for it. Japanese stands for Chinese too, which has no kana."""


def spaced_and_not(word: str) -> list[tuple[str, bool]]:
    """A word in its pieces, each with whether its script puts no blanks between words."""
    if word.isascii() or not _RUN.search(word):
        return [(word, False)]
    return [(piece, _RUN.match(piece) is not None) for piece in _PIECE.findall(word)]


def bigrams(run: str) -> list[str]:
    """Each two neighbouring letters, which stand for words where there are no blanks; of a single letter, itself."""
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def language_of_script(text: str) -> str:
    """The language that the script of half of the letters gives away, at least; empty for Latin ones, and for none."""
    letters = sum(one.isalpha() for one in text)
    counts = {language: len(script.findall(text)) for language, script in _LANGUAGES.items()}
    found = max(counts, key=lambda language: counts[language])
    if not counts[found] or 2 * counts[found] < letters:
        return ""
    return "zh" if found == "ja" and not re.search(f"[{_KANA}]", text) else found


def script_of(text: str) -> str:
    """A name for the script of most of a text's letters: "latin", or a language's; empty where it has no letter."""
    found = language_of_script(text)
    if found == "ja":
        return "zh"  # a Japanese word may be written in Chinese letters alone
    return found or ("latin" if any(one.isalpha() for one in text) else "")
