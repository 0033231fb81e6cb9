"""The lanes that tests run in: `pytest -m quick`, `pytest` and `pytest -m long`.

A test is quick unless it uses something slow (`SLOW_FIXTURES`) or lies where tests are slow (`SLOW_PLACES`); it is long
if it says so with `@pytest.mark.long`. What is not long runs by default, the quick ones too.
"""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parent.parent

SLOW_FIXTURES = frozenset(
    {
        "browser",  # Chromium
        "served",  # the page in a process of its own
        "model_home",  # the real default model, the real embedding model
        "real_server",  # `transformers serve`
    }
)
SLOW_PLACES = (
    "tests/browser",
    "tests/test_style.py",  # mypy takes a minute
    "tests/faults/test_waiting.py",  # waits in real seconds on a real socket
    "tests/playground/measuring/test_formulas.py",  # a program of its own
    "tests/playground/measuring/test_sandbox.py",  # programs that are ended by a clock
    "tests/playground/test_old_data.py",  # a whole home of an earlier version is opened
    "tests/playground/test_notebook.py",  # a program of its own
    "tests/playground/test_full_disk_everywhere.py",  # a whole page on a disk of its own, and what reads its files
    "tests/playground/web/test_canary.py",
    "tests/playground/web/test_canary_debug.py",
    "tests/playground/web/test_page.py",
    "tests/playground/web/test_old_clients.py",
    "tests/playground/page/test_new_tab.py",  # serves a page
    "tests/playground/test_new_language.py",
    "tests/test_contributing.py",  # a program of its own
    "tests/playground/tabs/*/test_api.py",  # a page in a process of its own
    "tests/playground/asking/test_images.py",  # a process for each hostile image
    "tests/playground/asking/test_picture_reader.py",
    "tests/playground/asking/test_pieces.py",  # pictures of tens of megapixels
    "tests/playground/tabs/chat/test_export.py",  # programs of their own
    "tests/playground/tabs/evaluation/test_visits.py",  # a program that is killed
    "tests/playground/tabs/models/test_entities_and_passages.py",  # models are trained
    "tests/playground/tabs/models/test_understanding.py",
    "tests/playground/tabs/models/test_packed.py",  # tiny models that PyTorch makes
    "tests/playground/tabs/rag/test_grounding.py",
    "tests/playground/tabs/rag/test_indexing.py",
    "tests/playground/tabs/rag/test_names.py",
    "tests/playground/tabs/rag/test_visits.py",  # a process that reads files for each visitor
    "tests/playground/tabs/rag/lab/test_collection.py",  # a server of vectors
    "tests/playground/tabs/rag/lab/test_embedded_pictures.py",
    "tests/playground/tabs/rag/lab/test_hostile_documents.py",
    "tests/playground/tabs/rag/lab/test_kills.py",
    "tests/playground/tabs/rag/lab/test_ocr.py",
    "tests/playground/tabs/rag/lab/test_old_chroma.py",  # a process for each database
    "tests/playground/tabs/rag/lab/test_parsing.py",
    "tests/playground/tabs/rag/lab/test_pictures.py",
    "tests/playground/tabs/rag/lab/test_repair.py",
    "tests/playground/tabs/sampling/test_real.py",
    "tests/playground/tabs/vision/lab/test_measure.py",
    "tests/playground/tabs/vision/lab/test_ocr.py",
    "tests/playground/tabs/vision/test_page.py",
    "tests/playground/tabs/vision/test_visits.py",  # pictures are read
    "tests/playground/visitors/test_first_import.py",  # a program of its own
    "tests/providers/adapters/huggingface",  # tiny models, but PyTorch and OpenVINO with each
)
"""Folders and files, as they are called below the root, `*` for any name. The quick lane does not even import them."""


@cache
def is_slow_place(path: str) -> bool:
    """Whether a path below the root lies in one of `SLOW_PLACES`. Asked for every test of a file."""
    folders = [path, *map(str, PurePosixPath(path).parents)]
    return any(fnmatchcase(folder, place) for folder in folders for place in SLOW_PLACES)


def is_quick(path: str, fixtures: Collection[str], *, long: bool) -> bool:
    """Whether a test of the file `path`, with these fixtures, directly or not, belongs in the quick lane."""
    return not long and not is_slow_place(path) and SLOW_FIXTURES.isdisjoint(fixtures)
