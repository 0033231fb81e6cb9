"""What the OCR library is given: never a strip, never more than it can hold, and nothing of the picture is lost."""

from __future__ import annotations

import numpy as np
import pytest

from playground.asking.images.ocr import read_blocks
from playground.asking.images.pieces import LONGEST, MOST, Pixels, pieces
from playground.asking.images.reading_order import text_of
from tests.playground.drawn_text import page

MOST_READ = 6_000_000
"""Pixels that the library's model reads of one piece; it holds about 1.6 kB for each."""


def blank(width: int, height: int) -> Pixels:
    return np.full((height, width, 3), 250, np.uint8)


def read_by_the_library(width: int, height: int) -> int:
    """Pixels that RapidOCR's model is given of such a picture: by its own arithmetic, at the settings it comes with."""
    share = min(1.0, 2000 / max(width, height))
    width, height = round(width * share), round(height * share)
    larger = max(1.0, 30 / min(width, height))
    width, height = round(width * larger), round(height * larger)
    if height <= 30 or width / height > 8:
        height += 2 * abs(max(width // 8, 30) * 2 - height) // 2
    larger = max(1.0, 736 / min(width, height))
    return round(width * larger) * round(height * larger)


@pytest.mark.parametrize(
    "shape",
    [(2, 800), (800, 2), (9, 4000), (30, 9000), (1080, 9000), (9000, 1080), (1000, 48_000), (3072, 3072), (700, 500)],
)
def test_no_piece_is_more_than_the_library_can_hold(shape: tuple[int, int]) -> None:
    width, height = shape
    found = list(pieces(blank(width, height)))
    for piece in found:
        tall, wide = piece.pixels.shape[:2]
        assert max(tall, wide) <= 4 * min(tall, wide) and tall * wide <= MOST
        assert read_by_the_library(wide, tall) <= MOST_READ
    assert bool(found) == (min(shape) > 2), "no letter has room in two pixels"


def test_what_it_would_be_without() -> None:
    assert read_by_the_library(2, 800) > 200_000_000


@pytest.mark.parametrize("shape", [(600, 9000), (9000, 600), (1080, 2400)])
def test_every_pixel_is_in_one_piece(shape: tuple[int, int]) -> None:
    width, height = shape
    picture = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    found = list(pieces(picture))
    for piece in found:
        tall, wide = piece.pixels.shape[:2]
        assert (piece.pixels == picture[piece.top : piece.top + tall, piece.left : piece.left + wide]).all()
    assert sum(piece.pixels.shape[0] * piece.pixels.shape[1] for piece in found) == width * height


def test_what_is_slim_stands_on_its_own_ground() -> None:
    picture = blank(40, 1500)
    picture[700:720, 10:30] = 0
    (piece,) = pieces(picture)
    assert piece.pixels.shape == (1500, 375, 3)
    assert (piece.pixels[:, :40] == picture).all() and (piece.pixels[:, 40:] == 250).all()


def test_a_screenshot_is_cut_between_its_lines() -> None:
    lines = [(40, 90 * row + 20, f"Mensaje {row} de la tarde") for row in range(70)]
    picture = np.asarray(page((800, 6400), lines, 40))
    found = list(pieces(picture))
    assert len(found) == 4
    for piece in found[1:]:
        assert (picture[piece.top - 4 : piece.top + 4] == 255).all(), piece.top
    assert all(piece.pixels.shape[0] <= LONGEST * 1.2 for piece in found)


def test_a_picture_of_many_pixels_is_made_smaller_and_its_places_are_told_in_its_own() -> None:
    from rapidocr.utils.output import RapidOCROutput

    handed: list[tuple[int, ...]] = []

    def find(picture: Pixels) -> RapidOCROutput:
        handed.append(picture.shape)
        height, width = picture.shape[:2]
        corners = [[0, 0], [width, 0], [width, height], [0, height]]
        return RapidOCROutput(boxes=np.asarray([corners], float), txts=("todo",), scores=(0.9,))

    (block,) = read_blocks(blank(6144, 6144), find)
    assert handed == [(3072, 3072, 3)] and block.box == (0, 0, 6144, 6144)
    handed.clear()
    found = read_blocks(blank(600, 6000), find)
    assert len(handed) == 3 and text_of(found) == "todo\ntodo\ntodo"
    assert found[0].box[1] == 0 and found[-1].box[3] == 6000
    handed.clear()
    assert read_blocks(blank(2, 800), find) == [] and handed == []
