"""The text in pictures that are parts of a packed file: each read once, and as many as its bounds allow."""

from __future__ import annotations

import zipfile

from playground.tabs.rag.lab.loaders import Claim, Source, loader
from playground.tabs.rag.lab.reading.cleaning import clean_spaces


class PictureTexts:
    """Reads nothing where the source has no reader of pictures."""

    def __init__(self, source: Source) -> None:
        self._source, self._left = source, source.bounds.ocr_pages
        self._known: dict[str, str | None] = {}

    @property
    def full(self) -> bool:
        """As many pictures as may be have been read."""
        return self._source.read is not None and self._left <= 0

    def text(self, archive: zipfile.ZipFile, part: str) -> str | None:
        """What is to be read in the picture; `None` where it was not read: a drawing, a damaged one, one too many."""
        if self._source.read is None:
            return None
        if part not in self._known and self._left > 0:
            self._known[part] = self._read_text(archive, part)
        return self._known.get(part)

    def _read_text(self, archive: zipfile.ZipFile, part: str) -> str | None:
        images = loader("image")
        try:
            inner = Source(part, archive.read(part), self._source.bounds, self._source.read)
            if images.claims(inner) is Claim.NONE:
                return None
            self._left -= 1
            return clean_spaces("\n".join(page.text for page in images.load(inner)))
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - readers of pictures raise anything; what was read of the document stays
            return None
