"""Letters, options and labels in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from playground.measuring.items import LETTERS


@dataclass(frozen=True, slots=True)
class Mention:
    """A letter or label, and its place in the text."""

    value: str
    start: int
    end: int


def find_letter(text: str, start: int, end: int, choices: Sequence[str], *, alone: bool = False) -> Mention | None:
    """The letter of a choice right at `start`, or after a few words: `B`, `(B)`, `b)`, `**B**`, `option B`.

    `alone`: a letter without any sign must be all there is, since "A man …" begins with a word.
    """
    named = re.escape(LETTERS[: len(choices)])
    lead = r"[\s*_\"'“«`]*(?:(?:option|choice|letter|opción|letra|la|el|the)\s+)*[*_\"'“«`]*"
    either = f"[{named}{named.lower()}]"
    signed = rf"{lead}(?:\(\s*(?P<a>{either})\s*\)|(?P<b>{either})[*_]*\s*[).:\]](?!\w))"
    end_of_it = r"[*_\"'”»`]*\s*(?:$|\n)" if alone else r"(?![\w'’])"
    bare = rf"{lead}(?P<c>[{named}]){end_of_it}"
    lower_alone = rf"{lead}(?P<d>[{named.lower()}])[*_\"'”»`]*[.,]?\s*(?:$|\n)"
    found = re.compile(f"(?:{signed}|{bare}|{lower_alone})").match(text[:end], start)
    if found is None:
        return None
    name = next(name for name in "abcd" if found[name] is not None)
    return Mention(found[name].upper(), found.start(name), found.end(name))


def find_option(text: str, start: int, end: int, choices: Sequence[str]) -> Mention | None:
    """The letter of the only option whose text stands there; of two that overlap the longer one counts.

    Where several stand, that of the last line or sentence, if it is the only one there.
    """
    words = [(choice, LETTERS[place]) for place, choice in enumerate(choices)]
    return _only(text, start, end, words)


def label_words(choices: Sequence[str], aliases: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Every word for a label, with the label."""
    return [(word, choice) for choice in choices for word in (choice, *aliases.get(choice, ()))]


def find_label(text: str, start: int, end: int, words: Iterable[tuple[str, str]]) -> Mention | None:
    """The label that stands there: the first word, or the only one, or the only one of the last line or sentence.

    A text that begins by listing all of them, "positive, negative or neutral", has chosen none.
    """
    known = list(words)
    first = re.compile(r"[\s*_\"'“«`(¡¿]*").match(text, start, end)
    begin = first.end() if first else start
    mentions = _mentions(text, start, end, known)
    echo = len(mentions) > 1 and {one.value for one in mentions} == {value for _, value in known}
    ends = r"[*_\"'”»`)]*\s*(?:$|\n|[.;:!])" if echo else r"[*_\"'”»`)]*\s*(?:$|\n|[.,;:!])"
    if mentions and mentions[0].start == begin and re.compile(ends).match(text[:end], mentions[0].end):
        return mentions[0]
    return _only(text, start, end, known)


def _only(text: str, start: int, end: int, words: Iterable[tuple[str, str]]) -> Mention | None:
    mentions = _mentions(text, start, end, list(words))
    if len({one.value for one in mentions}) == 1:
        return mentions[-1]
    stretch = text[start:end].rstrip(" \t\r\n.!*_\"'”»`)")
    last = start + max(stretch.rfind("\n"), stretch.rfind(". "), stretch.rfind("; "), -1) + 1
    if last == start:
        return None
    closing = [one for one in mentions if one.start >= last]
    return closing[-1] if len({one.value for one in closing}) == 1 else None


def _mentions(text: str, start: int, end: int, words: list[tuple[str, str]]) -> list[Mention]:
    """Whole words, in any case, longest first where they overlap; in the order of the text."""
    by_word = {word.casefold(): value for word, value in words}
    longest = sorted((word for word, _ in words), key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in longest)})(?!\w)", re.IGNORECASE)
    return [
        Mention(by_word[one.group().casefold()], one.start(), one.end())
        for one in pattern.finditer(text, start, end)
        if one.group().casefold() in by_word
    ]
