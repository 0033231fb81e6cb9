"""In which language a question is asked: a few words, so only the likely languages are considered."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from playground.asking.text_language import identifier
from playground.tabs.rag.lab.answering.wording import wordings
from playground.tabs.rag.lab.retrieval.scripts import language_of_script
from playground.tabs.rag.lab.retrieval.search_terms import stop_words, words


def question_language(question: str, among: Collection[str]) -> str:
    """ISO 639-1; empty where there is nothing to tell it by. `among`: the languages of the documents; those that a
    question may be put in are considered besides.

    By its script, where that is not the Latin one; by the stop words, of which a question has many; where they do not
    decide, by byte n-grams (py3langid).
    """
    asked = words(question)
    candidates = sorted({*among, *wordings()} - {""})
    if written := language_of_script(question):
        return _of_script(written, candidates)
    if not any(word.isalpha() for word in asked):
        return ""
    counts = {one: sum(word in stop_words(one) for word in asked) for one in candidates}
    most = max(counts.values())
    likely = [one for one, many in counts.items() if many == most]
    if len(likely) == 1:
        return likely[0]
    return next((str(one) for one, _ in identifier().rank(" ".join(asked)) if one in likely), "")


def _of_script(language: str, candidates: Sequence[str]) -> str:
    """Chinese letters may be Japanese, Cyrillic ones Ukrainian: as the documents are."""
    sharing = {"zh": ("zh", "ja"), "ru": ("ru", "uk", "bg", "sr", "mk", "be"), "ar": ("ar", "fa", "ur")}
    return next((one for one in sharing.get(language, ()) if one in candidates), language)
