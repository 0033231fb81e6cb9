"""Where a sentence departs from the passage closest to it: a denial, a number, a name, a word that is not there.

Likeness alone does not see these: «the tenant may not paint» is as near to «the tenant may paint» as a text can be.
The rules compare words in their places, clause by clause. They err to the side of a departure: what is said in quite
other words counts as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.tabs.rag.lab.answering.said import JOINS, NEAR, AnalyzedText
from playground.tabs.rag.lab.answering.synonyms import Synonyms, synonyms
from playground.tabs.rag.lab.retrieval.terms import NEGATIONS, TextToken, word_set

Departure = Literal["negation", "number", "name", "word"]
_NEGATIONS = NEGATIONS | word_set(
    """nobody nothing neither nor hardly barely scarcely rarely seldom unable nadie nada ningún ninguno ninguna ni
    apenas hadn't couldn't mustn't needn't"""
)
_EXCLUSIVE = word_set("only solely exclusively solo sólo solamente únicamente exclusivamente")
_PAUSES = re.compile(r"[,;:!?\n]|\.(?=\W)")
_NEGATING_PREFIXES = word_set("un in im il ir dis des de non anti mis over under re contra sobre sub")


def departures(claim: AnalyzedText, unit: AnalyzedText, passage: AnalyzedText) -> frozenset[Departure]:
    """`unit`: the sentence or sentences of the passage that the claim is closest to. All are in one language."""
    same = synonyms(claim.language)
    found = set[Departure]()
    if _denies_otherwise(claim, unit, same) or (_only(claim) and not _only(passage)):
        found.add("negation")
    if any(_number_departs(claim, place, passage, same) for place, word in enumerate(claim.words) if word.readings):
        found.add("number")
    if any(_name_departs(claim, place, passage, same) for place, word in enumerate(claim.words) if word.name):
        found.add("name")
    if _strange(claim, passage, same):
        found.add("word")
    return frozenset(found)


def alike(one: str, other: str, same: Synonyms) -> bool:
    """Whether two stems are of one word, of one family of words, or synonyms."""
    if one == other or other in same.same.get(one, ()):
        return True
    shared = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    length = min(len(one), len(other)) if shared is None else shared
    rest = max(len(one), len(other)) - length
    return (
        (length >= 5 and rest <= 4)
        or (length >= 4 and shared is None and rest <= 3)
        or _compound(*sorted((one, other), key=len))
    )


def _compound(end: str, whole: str) -> bool:
    """A bridge is in footbridge; «cover» is not in «uncover»."""
    return len(end) >= 5 and whole.endswith(end) and whole.removesuffix(end) not in _NEGATING_PREFIXES


def _among(stem: str, stems: Iterable[str], same: Synonyms) -> bool:
    return any(alike(stem, one, same) for one in stems)


def _number_departs(claim: AnalyzedText, place: int, passage: AnalyzedText, same: Synonyms) -> bool:
    """The passage says the number of something else."""
    readings = claim.words[place].readings
    there = [one for one, word in enumerate(passage.words) if word.readings & readings]
    if _elsewhere(claim.around(place, passage.topics), passage, passage.beside(there), same):
        return True
    # What is only said later, before another number, belongs to that one; what was said before may be left out.
    last = max((passage.clauses[one] for one in there), default=len(passage.words))
    later, rest = set[str](), set[str]()
    for word, clause, ahead in zip(passage.words, passage.clauses, passage.number_ahead, strict=True):
        (later if clause > last and ahead else rest).add(word.stem)
    return any(_among(stem, later - {""}, same) and not _among(stem, rest, same) for stem in claim.beside([place]))


def _name_departs(claim: AnalyzedText, place: int, passage: AnalyzedText, same: Synonyms) -> bool:
    """The passage says of somebody else what is said here of this name."""
    plain = claim.words[place].plain
    there = [one for one, word in enumerate(passage.words) if word.plain == plain]
    return _elsewhere(claim.around(place, passage.topics), passage, passage.beside(there, after=True), same)


def _elsewhere(around: Sequence[str], passage: AnalyzedText, beside: frozenset[str], same: Synonyms) -> bool:
    """A word that stands beside it here stands in the passage too, but in no clause with it."""
    return any(_among(stem, passage.stems, same) and not _among(stem, beside | passage.topics, same) for stem in around)


def _strange(claim: AnalyzedText, passage: AnalyzedText, same: Synonyms) -> bool:
    """A word of content that the passage has in no form, nor, where it is denied, as its opposite."""
    denied = {stem for group in _find_denials(claim, same) for stem in group.stems}
    return any(
        word.stem
        and not word.name
        and word.stem not in same.light
        and not _among(word.stem, passage.stems, same)
        and not (word.stem in denied and same.opposite.get(word.stem, frozenset()) & passage.stems)
        for word in claim.words
    )


def _only(text: AnalyzedText) -> bool:
    return any(word.plain in _EXCLUSIVE for word in text.words)


def _denies_otherwise(claim: AnalyzedText, unit: AnalyzedText, same: Synonyms) -> bool:
    """One denies what the other says."""
    ours, theirs = list(_find_denials(claim, same)), list(_find_denials(unit, same))
    for group in ours:
        answered = any(_among(stem, other.stems, same) for other in theirs for stem in group.stems)
        if not answered and not any(same.opposite.get(stem, frozenset()) & unit.stems - {stem} for stem in group.stems):
            return True
    affirmed = claim.stems - {stem for group in ours for stem in group.stems}
    for group in theirs:
        touched = [_among(stem, affirmed, same) for stem in group.stems]
        kept = any(_among(stem, own.stems, same) for own in ours for stem in group.stems)
        if not kept and (all(touched) if group.behind else any(touched)):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Denied:
    """Stems that a negation denies. `behind`: it stands behind them, and all of them together are meant."""

    stems: tuple[str, ...]
    behind: bool = False


def _find_denials(text: AnalyzedText, same: Synonyms) -> Iterator[_Denied]:
    """What each negation denies: the words of content behind it, up to a comma; or else those before it."""
    for place, word in enumerate(text.words):
        replaces = _replaces(text.words, place)
        if not replaces and (word.plain not in _NEGATIONS or _answers(text.words, place)):
            continue
        group = list[str]()
        for one in range(place + 1, min(place + 8, len(text.words))):
            after = text.words[one]
            joined = after.plain in JOINS or _PAUSES.search(after.before)
            if text.begins(one) or len(group) == NEAR or (joined and one > place + 1):
                break
            group += [after.stem] if after.stem and after.stem not in same.light else []
        before = () if group else tuple(text.content(range(place - 1, -1, -1), NEAR))
        if group or before:
            yield _Denied(tuple(group) or before, behind=not group)


def _replaces(words: Sequence[TextToken], place: int) -> bool:
    """«Instead of …» denies what follows it, as «rather than», «en vez de» and «en lugar de» do."""
    around = [words[one].plain if 0 <= one < len(words) else "" for one in (place - 1, place, place + 1)]
    return around[1:] in (["instead", "of"], ["rather", "than"]) or around in (
        ["en", "vez", "de"],
        ["en", "lugar", "de"],
    )


def _answers(words: Sequence[TextToken], place: int) -> bool:
    """«No, …» at the beginning answers a question; «not only» denies nothing."""
    after = words[place + 1] if place + 1 < len(words) else None
    if after is None:
        return False
    return after.plain in _EXCLUSIVE or (place == 0 and words[place].plain == "no" and after.before.startswith(","))
