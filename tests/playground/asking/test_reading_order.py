"""Pieces of text in the order in which they are read: columns of text one after the other, tables line by line."""

from __future__ import annotations

import random

from playground.asking.images.reading_order import Block, lines, reading_order, text_of


def block(text: str, left: int, top: int, width: int = 0, height: int = 30) -> Block:
    return Block(text=text, box=(left, top, left + (width or 14 * len(text)), top + height), confidence=0.9)


def column(name: str, left: int, top: int, rows: int, width: int = 400, last: int = 400) -> list[Block]:
    """Lines of text, 36 pixels each: boxes as they are found touch each other."""
    widths = [width] * (rows - 1) + [last]
    return [block(f"{name} es el renglón {row}", left, top + 36 * row, widths[row], 40) for row in range(rows)]


def shuffled(blocks: list[Block]) -> list[Block]:
    return random.Random(4).sample(blocks, len(blocks))


def names(blocks: list[Block]) -> list[str]:
    """The columns in the order in which they come, each once while it goes on."""
    found = [text.split()[0] for text in text_of(shuffled(blocks)).splitlines()]
    return [one for place, one in enumerate(found) if place == 0 or found[place - 1] != one]


def test_two_columns() -> None:
    left, right = column("uno", 50, 100, 8, last=150), column("dos", 500, 100, 8)
    assert names([*left, *right]) == ["uno", "dos"]
    assert [one.text for one in reading_order(shuffled([*left, *right]))] == [one.text for one in (*left, *right)]


def test_columns_that_are_not_level_with_each_other() -> None:
    assert names([*column("uno", 50, 100, 8), *column("dos", 500, 117, 5)]) == ["uno", "dos"]


def test_three_columns() -> None:
    found = [
        *column("uno", 0, 0, 6, 300, 300),
        *column("dos", 350, 0, 6, 300, 90),
        *column("tres", 700, 0, 4, 300, 300),
    ]
    assert names(found) == ["uno", "dos", "tres"]


def test_a_title_above_and_a_note_below() -> None:
    title = block("EL BOLETÍN DE LA ESCUELA DE MÚSICA", 100, 20, 700)
    note = block("Pie de la página entera, de un margen al otro", 50, 460, 840)
    assert names([title, *column("uno", 50, 100, 8), *column("dos", 500, 100, 8), note]) == ["EL", "uno", "dos", "Pie"]


def test_a_heading_between_two_pairs_of_columns() -> None:
    middle = block("SEGUNDA PARTE de un margen al otro de la hoja", 50, 420, 850)
    above = [*column("uno", 50, 100, 8), *column("dos", 500, 100, 8)]
    below = [*column("tres", 50, 500, 6), *column("cuatro", 500, 500, 6)]
    assert names([*above, middle, *below]) == ["uno", "dos", "SEGUNDA", "tres", "cuatro"]


def test_a_table_stays_line_by_line() -> None:
    rows = [("Café con leche", "1,80"), ("Tostada con tomate y aceite", "2,40"), ("Zumo", "2,10"), ("TOTAL", "6,30")]
    found = [
        piece
        for number, (name, price) in enumerate(rows)
        for piece in (block(name, 20, 40 * number), block(price, 620, 40 * number))
    ]
    assert text_of(shuffled(found)) == "\n".join(f"{name}\t{price}" for name, price in rows)
    assert text_of(found, gap=" ").startswith("Café con leche 1,80\n")


def test_a_table_of_words_stays_line_by_line() -> None:
    """Both its columns have many letters, but their lines end where they like."""
    left = ["Instrumento de cuerda", "Violonchelo", "Viola de gamba antigua", "Contrabajo", "Laúd renacentista de ocho"]
    right = ["Prestado a la alumna Sorel", "Nadia", "en reparación", "Aula de la planta segunda, izquierda", "libre"]
    found = [
        piece
        for row, (one, other) in enumerate(zip(left, right, strict=True))
        for piece in (block(one, 20, 40 * row), block(other, 520, 40 * row))
    ]
    assert [[piece.text for piece in line] for line in lines(shuffled(found))] == [
        list(pair) for pair in zip(left, right, strict=True)
    ]


def test_one_column_with_short_lines() -> None:
    found = column("uno", 50, 0, 5, last=80) + column("uno", 50, 200, 4, last=120)
    assert [one.text for one in reading_order(shuffled(found))] == [one.text for one in found]


def test_nothing() -> None:
    assert lines([]) == [] and text_of([]) == "" and reading_order([]) == ()
