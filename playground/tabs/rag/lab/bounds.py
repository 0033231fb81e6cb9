"""What an upload may cost. Every bound is checked; nothing is read in part without saying so."""

from __future__ import annotations

from dataclasses import dataclass

MB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentBounds:
    """Bytes, seconds and counts, of one file unless said otherwise."""

    memory: int = 512 * MB
    """Address space of a parser process."""
    seconds: float = 20.0
    """Wall time, after which the parser process is killed."""
    file_bytes: int = 50 * MB
    expanded_bytes: int = 200 * MB
    """Of the parts that an office file or a book unpacks to."""
    pages: int = 2000
    characters: int = 10_000_000
    """Of text, all pages together."""
    archive_files: int = 200
    archive_bytes: int = 200 * MB
    """Of the files of a ZIP archive, unpacked, together."""
    pixels: int = 40_000_000
    """Of a page that is drawn to read text from it. What a picture may have is said in `ImageBounds`."""
    ocr_memory: int = 4096 * MB
    ocr_seconds: float = 60.0
    ocr_pages: int = 20
    process_files: int = 200
    """After so many files a parser process is replaced."""
