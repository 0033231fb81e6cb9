"""Pictures as documents: what a reader of text is given of them, page by page. The reader itself is another's test."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from playground.tabs.rag.lab import loaders
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Source
from providers.errors import MissingPackage
from tests.playground.drawn_text import page, saved

INK = [(20, 20, "Se alquila bicicleta")]


def given(
    name: str, content: bytes, bounds: DocumentBounds | None = None
) -> tuple[list[DocumentPage], list[Image.Image]]:
    """The pages, and the pictures that were handed over to be read."""
    seen: list[Image.Image] = []

    def read(picture: np.ndarray) -> str:
        seen.append(Image.fromarray(picture[:, :, ::-1]))
        return f"page {len(seen)}"

    source = Source(name, content, bounds or DocumentBounds(), read)
    chosen = loaders.recognise(source)
    assert chosen == "image", chosen
    return list(loaders.loader(chosen).load(source)), seen


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "HEIF"])
def test_words_on_nothing_are_read_on_white(kind):
    _, (seen,) = given("a.png", saved(page((400, 90), INK, mode="RGBA"), kind))
    values = np.asarray(seen.convert("L"))
    assert values[5, 5] > 240 and values.min() < 60


def test_every_page_of_a_scan():
    sheets = [page((200 + number, 90), INK) for number in range(5)]
    pages, seen = given("a.tiff", saved(sheets[0], "TIFF", sheets[1:], compression="tiff_lzw"))
    assert [(one.number, one.text, one.read) for one in pages] == [(n, f"page {n}", True) for n in range(1, 6)]
    assert [one.width for one in seen] == [200, 201, 202, 203, 204]


def test_pages_beyond_those_that_are_read_are_said_to_be_missing():
    sheets = [Image.new("1", (9, 9)) for _ in range(4)]
    pages, seen = given("a.tiff", saved(sheets[0], "TIFF", sheets[1:]), DocumentBounds(ocr_pages=3))
    assert len(seen) == 3 and [one.number for one in pages] == [1, 2, 3, 4]
    assert [[left.kind for left in one.omissions] for one in pages] == [[], [], [], ["over_limit"]]
    with pytest.raises(UnreadableDocument) as caught:
        given("a.tiff", saved(sheets[0], "TIFF", sheets[1:]), DocumentBounds(ocr_pages=0))
    assert (caught.value.reason, caught.value.values) == ("too_many_pages", {"pages": 4, "limit": 0})


def test_a_photo_of_fifty_megapixels_is_made_smaller_and_that_is_said():
    (page,), (seen,) = given("a.jpg", saved(Image.new("L", (8200, 6100), 99), "JPEG"))
    assert seen.size == (3072, 2285) and [one.kind for one in page.omissions] == ["small_print"]
    (page,), (seen,) = given("a.jpg", saved(Image.new("L", (4000, 3000), 99), "JPEG"))
    assert seen.size == (3072, 2304) and page.omissions == ()


@pytest.mark.parametrize("name", ["foto.heic", "foto.avif", "dibujo.gif"])
def test_what_the_vision_tab_takes_is_taken_here(name):
    kind = {"heic": "HEIF", "avif": "AVIF", "gif": "GIF"}[name.rpartition(".")[2]]
    pages, _ = given(name, saved(page((300, 90), INK), kind))
    assert len(pages) == 1 and name[name.index(".") :] in loaders.suffixes()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (saved(Image.new("1", (12_000, 12_000)), "PNG"), "expands"),
        (saved(Image.effect_noise((90, 90), 9), "JPEG")[:900], "damaged"),
        (saved(Image.new("L", (90, 90)), "HEIF")[:300], "damaged"),
    ],
)
@pytest.mark.parametrize("ocr", [True, False])
def test_what_cannot_be_read_is_named(content, reason, ocr):
    source = Source("a", content, DocumentBounds(), (lambda picture: "x") if ocr else None)
    with pytest.raises(UnreadableDocument) as caught:
        list(loaders.loader("image").load(source))
    assert caught.value.reason == reason or (reason == "damaged" and not ocr and caught.value.reason == "scanned")


def test_without_the_library_for_photos_it_is_named(monkeypatch):
    from playground.asking.images import kinds

    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    with pytest.raises(MissingPackage) as caught:
        given("foto.heic", saved(page((300, 90), INK), "HEIF"))
    assert caught.value.values == {"package": "pillow_heif"}
