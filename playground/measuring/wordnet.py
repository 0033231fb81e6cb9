"""Words of the same meaning, by WordNet: where its files are, as nltk lays them out. Nothing is fetched.

`python -m nltk.downloader wordnet` puts them there; nltk looks in `nltk_data` of the home folder, and where `NLTK_DATA`
says.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

State = Literal["used", "absent", "damaged"]
"""Whether words of the same meaning are looked up: WordNet is there, is not, or is there and cannot be read."""
_NAMES = ("corpora/wordnet", "corpora/wordnet.zip/wordnet/")
"""Unpacked, or as it was fetched."""
_OPENING = threading.Lock()

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordNetSynonyms:
    """WordNet as METEOR asks it: `synsets(word)`, each with its `lemmas()`. Usable from any thread."""

    state: State
    reader: WordNetCorpusReader | None = None
    _asking: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def synsets(self, word: str) -> Sequence[Any]:
        """The meanings of a word in any form of it; none without WordNet. nltk's reader seeks in one open file."""
        if self.reader is None:
            return ()
        with self._asking:
            found: Sequence[Any] = self.reader.synsets(word)
            return found


_NONE = WordNetSynonyms(state="absent")


def synonyms(language: str) -> WordNetSynonyms:
    """Of that language: WordNet is English, others have none. The first time takes some seconds."""
    from nltk.data import find

    if language != "en":
        return _NONE
    for name in _NAMES:
        try:
            root = find(name)
        except LookupError:
            continue
        with _OPENING:  # whoever comes meanwhile waits, instead of reading it all once more
            return _open_wordnet(str(root), name)
    return _NONE


@cache
def _open_wordnet(where: str, name: str) -> WordNetSynonyms:
    """What lies at `where`, which nltk finds by that name."""
    from nltk.corpus import CorpusReader, LazyCorpusLoader
    from nltk.corpus.reader.wordnet import WordNetCorpusReader
    from nltk.data import find

    others = LazyCorpusLoader("omw-2.0", CorpusReader, r".*/wn-data-.*\.tab", encoding="utf8")  # never opened
    try:
        return WordNetSynonyms(state="used", reader=WordNetCorpusReader(find(name), others))
    except Exception:  # nltk's reader raises whatever a damaged file makes its code raise: StopIteration, KeyError, …
        log.warning("WordNet in %s cannot be read", where, exc_info=True)
        return WordNetSynonyms(state="damaged")
