"""Tables on a grid, in every format that has them: each row says what its values are, or stands as it is."""

import io
import random
import zipfile

import pytest

from playground.tabs.rag.lab import loaders
from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.grid import Across, Down, SpannedCell, lay
from playground.tabs.rag.lab.reading.table_names import HeaderSigns

from .hostile import real
from .written import docx, pptx, read_text, xlsx

FORM = [["Titular", "Iker Sanz"], ["Barco", "Gaviota"], ["Eslora", "7 m"], ["Amarre", "B-12"]]
WORDS = [["perro", "gato", "pez"], ["mesa", "silla", "cama"], ["rojo", "verde", "azul"]]


def said(rows, **signs):
    return list(tables.lines(rows, HeaderSigns(**signs)))


def html(body):
    return read_text("a.html", f"<!DOCTYPE html><html><body><h1>Uno</h1>{body}</body></html>".encode())


# -- names -------------------------------------------------------------------------------------------------------------


def test_a_title_and_a_preamble_are_no_names():
    rows = [["Remo, liga de otoño"], ["Sede", "Getaria"], ["Club", "Puntos", "Tiempo", "Calle"]]
    rows += [[f"Club {n}", str(n), f"19:{n}", "2"] for n in range(10, 14)]
    found = said(rows)
    assert found[:3] == ["Remo, liga de otoño", "Sede | Getaria", "Club | Puntos | Tiempo | Calle"]
    assert found[3] == "Club: Club 10; Puntos: 10; Tiempo: 19:10; Calle: 2"


@pytest.mark.parametrize("run", [["2019", "2020", "2021"], ["2024", "2023"], ["1", "2", "3", "4"]])
def test_years_and_weeks_name_columns(run):
    rows = [["Centro", *run], *([name, *("57" for _ in run)] for name in ("Elorza", "Arce"))]
    assert said(rows)[1] == "Centro: Elorza; " + "; ".join(f"{name}: 57" for name in run)


def test_rows_of_years_are_values():
    births = [["Ana", "1950", "1971"], ["Luis", "1948", "1969"], ["Marta", "1955", "1980"]]
    assert said(births) == ["Ana | 1950 | 1971", "Luis | 1948 | 1969", "Marta | 1955 | 1980"]


@pytest.mark.parametrize(
    "rows", [FORM, WORDS, [["Titular", "Iker", "Barco", "Gaviota"], ["Eslora", "7", "Manga", "2"]]]
)
def test_a_form_and_a_list_of_words_keep_their_rows(rows):
    assert said(rows) == [" | ".join(row) for row in rows]


def test_dates_in_words_are_dates():
    rows = [
        ["Salida", "Puerto"],
        ["9 de mayo de 2023", "Ea"],
        ["Del 3 al 5 de junio", "Getaria"],
        ["March 3, 2024", "Lekeitio"],
    ]
    assert said(rows)[1] == "Salida: 9 de mayo de 2023; Puerto: Ea"
    assert (
        said([["Barco", "mayo 2023", "junio 2023"], ["Alca", "9", "8"]])[1]
        == "Barco: Alca; mayo 2023: 9; junio 2023: 8"
    )
    assert said([["Mayo", "marzo"], ["may 3 of us go", "x"], ["abril y tú", "y"]])[1] == "may 3 of us go | x"


def test_a_form_in_csv_keeps_its_rows():
    assert said([["Titular", "Iker"], ["Eslora", "7"], ["Puerto", "Ea"]], likely=True)[1] == "Eslora | 7"


def test_a_second_table_has_its_own_names_or_none():
    boats = [["Barco", "Eslora"], ["Gaviota", "7"], ["Alca", "9"], ["Pardela", "6"]]
    crew = [["Patrón", "Edad"], ["Iker", "44"], ["Nora", "39"], ["Ane", "51"]]
    assert said([*boats, [], *crew])[5] == "Patrón: Iker; Edad: 44"
    assert said([*boats, ["", None], ["Patrón", "Puerto"], ["Iker", "Ea"]])[4:] == ["Patrón | Puerto", "Iker | Ea"]
    assert said([*boats, [], ["Frailecillo", "5"]])[-1] == "Barco: Frailecillo; Eslora: 5"
    assert said([["Patrón", "Puerto"], ["Iker", "Ea"], [], ["Viento", "norte"], ["Mar", "llana"]], likely=True)[
        -2:
    ] == [
        "Viento | norte",
        "Mar | llana",
    ]


def test_a_title_among_rows_ends_a_table_of_other_values():
    rows = [["Barco", "Eslora", "Año"], ["Gaviota", "7", "1990"], ["Alca", "9", "2001"], ["Tripulación"]]
    other = [["Patrón", "Puerto", "Apodo"], ["Iker", "Ea", "Zorro"]]
    assert said([*rows, *other])[-2:] == ["Patrón | Puerto | Apodo", "Iker | Ea | Zorro"]
    assert said([*rows, ["Pardela", "6", "1987"]])[-2:] == ["Tripulación", "Barco: Pardela; Eslora: 6; Año: 1987"]
    assert said([*rows])[-1] == "Tripulación"


def test_names_that_are_repeated_stay_names():
    boats = [
        ["Barco", "Eslora"],
        ["Gaviota", "7"],
        ["Alca", "9"],
        ["Barco", "Eslora"],
        ["Pardela", "6"],
        ["Gavión", "5"],
    ]
    assert said(boats)[3:] == ["Barco | Eslora", "Barco: Pardela; Eslora: 6", "Barco: Gavión; Eslora: 5"]


def test_a_table_may_begin_in_any_column():
    rows = [["", "", "Barco", "Eslora", "Año"], ["", "", "Alca", "9", "2001"], ["", "", "De recreo"], ["", "", "", "4"]]
    assert said(rows)[1:] == ["Barco: Alca; Eslora: 9; Año: 2001", "De recreo", "Eslora: 4"]


def test_a_list_of_words_in_csv_keeps_its_rows():
    assert said(WORDS, likely=True)[1] == "mesa | silla | cama"
    assert said([["nombre", "puerto"], ["Iker", "Ea"], ["Ane", "Ea"]], likely=True)[1] == "nombre: Iker; puerto: Ea"


def test_names_in_two_rows_are_joined():
    laid = lay(
        [
            [SpannedCell("Alumna", rows=2), SpannedCell("Notas", columns=2)],
            [SpannedCell("Prueba"), SpannedCell("Final")],
            [SpannedCell("Nora"), SpannedCell("7"), SpannedCell("9")],
        ]
    )
    assert said(laid)[-1] == "Alumna: Nora; Notas Prueba: 7; Notas Final: 9"


def test_a_row_longer_than_the_names_stands_as_it_is_in_csv():
    rows = [["Concepto", "Importe"], ["Rifa", "312"], ["Cuota", "12", "50"]]
    assert said(rows, likely=True)[2] == "Cuota | 12 | 50"
    rows = [
        ["Pez", "Kilos", "Nota"],
        *[["mero", "3", "fresco"]] * 4,
        ["faneca", "4", "barata", " de Ea"],
        ["rape", "x", "y", "5"],
    ]
    assert said(rows, likely=True)[5:] == ["Pez: faneca; Kilos: 4; Nota: barata; de Ea", "rape | x | y | 5"]


def test_no_table_loses_a_value_or_gives_one_twice():
    chance = random.Random(20)
    words = ["", "uno", "dos", "12", "2021", "2022", "3,5 €", "tres cuatro", "2024-05-01"]
    for _ in range(3000):
        rows = [
            [chance.choice(words) for _ in range(chance.randint(0, 5))]
            for _ in range(chance.randint(0, chance.choice((5, 60))))
        ]
        told = chance.choice([None, 0, 1, 2])
        found = said(rows, told=told, likely=chance.random() < 0.5)
        filled = [[cell for cell in row if cell] for row in rows if any(row)]
        assert len(found) == len(filled)
        for line, cells in zip(found, filled, strict=True):
            pieces = line.split("; " if ": " in line else " | ")
            assert [piece.rpartition(": ")[2] for piece in pieces] == cells


# -- the grid ----------------------------------------------------------------------------------------------------------


def test_merged_cells_reach_over_rows_and_columns():
    laid = lay(
        [[SpannedCell("a", 2, 2), SpannedCell("b")], [SpannedCell("c")], [SpannedCell("d", 1, 9), SpannedCell("e")], []]
    )
    assert laid == [["a", "a", "b"], ["a", "a", "c"], ["d", "e"], ["d"]]
    assert isinstance(laid[0][1], Across) and isinstance(laid[1][0], Down) and isinstance(laid[1][1], Across)
    assert tables.as_it_stands(laid[1]) == "a | c"
    assert len(lay([[SpannedCell("a", 10**6, 10**6)], []])[1]) <= 200


SPANS = [["Zona", "Puerto", "Tasa"], ["Este", "Ea", "4 €"], ["", "Mundaka", "5 €"], ["Oeste", "Plentzia", "6 €"]]


@pytest.mark.parametrize("write", [docx, pptx])
def test_a_cell_merged_downwards_is_said_in_each_of_its_rows(write):
    text = write(SPANS, lambda table: table.cell(1, 0).merge(table.cell(2, 0)))
    assert "Zona: Este; Puerto: Mundaka; Tasa: 5 €" in text and "Zona: Oeste; Puerto: Plentzia" in text


@pytest.mark.parametrize("write", [docx, pptx])
def test_a_cell_merged_to_the_right_is_said_of_each_of_its_columns(write):
    rows = [["Hora", "Lunes", "Martes"], ["9:00", "Vela", ""], ["10:00", "Remo", "Nudos"]]
    text = write(rows, lambda table: table.cell(1, 1).merge(table.cell(1, 2)))
    assert "Hora: 9:00; Lunes: Vela; Martes: Vela" in text and "Lunes: Remo; Martes: Nudos" in text


@pytest.mark.parametrize("write", [docx, pptx, xlsx])
def test_a_form_of_an_office_file_keeps_its_rows(write):
    assert "Barco | Gaviota" in write(FORM)


def test_cells_merged_in_a_sheet():
    def arrange(sheet):
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("A3:A4")
        sheet.merge_cells("A6:XFD6")

    rows = [["Tasas", None, None], ["Zona", "Puerto", "Tasa"], ["Este", "Ea", 4], [None, "Mundaka", 5]]
    text = xlsx([*rows, ["Oeste", "Plentzia", 6], ["Sin recargos"]], arrange)
    assert text.split("\n") == [
        "Sheet",
        "",
        "Tasas",
        "Zona | Puerto | Tasa",
        "Zona: Este; Puerto: Ea; Tasa: 4",
        "Zona: Este; Puerto: Mundaka; Tasa: 5",
        "Zona: Oeste; Puerto: Plentzia; Tasa: 6",
        "Sin recargos",
    ]


@pytest.mark.parametrize("write", [docx, xlsx])
def test_bold_letters_make_names_of_words(write):
    def arrange(table):
        from openpyxl.styles import Font

        for cell in table[1] if write is xlsx else table.rows[0].cells:
            if write is xlsx:
                cell.font = Font(bold=True)
            else:
                cell.paragraphs[0].runs[0].bold = True

    assert "perro | gato | pez\nmesa | silla | cama" in write(WORDS)
    assert "perro: mesa; gato: silla; pez: cama" in write(WORDS, arrange)


def test_rows_that_word_repeats_on_every_page_are_names():
    def arrange(table):
        from docx.oxml import OxmlElement

        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))

    assert "perro: mesa; gato: silla; pez: cama" in docx(WORDS, arrange)


# -- HTML --------------------------------------------------------------------------------------------------------------


def test_html_names_are_those_it_marks():
    head, body = "<tr><th>perro<th>gato<th>pez</tr>", "<tr><td>mesa<td>silla<td>cama</tr>"
    assert "perro: mesa; gato: silla; pez: cama" in html(f"<table>{head}{body}</table>")
    head = head.replace("th", "td")
    assert "mesa | silla | cama" in html(f"<table>{head}{body}</table>")
    assert "perro: mesa" in html(f"<table><thead>{head}</thead><tbody>{body}</tbody></table>")


def test_an_infobox_names_each_value():
    box = "<tr><th colspan=2>Ea</th></tr><tr><th>Río</th><td>Ea</td></tr><tr><th>Costa</th><td>sí</td></tr>"
    assert "Ea\nRío: Ea\nCosta: sí" in html(f"<table>{box}</table>")


def test_rowspans_and_a_crosstab_of_html():
    rows = "<tr><th></th><th>Lunes</th><th>Martes</th></tr><tr><th>Tarde</th><td rowspan=2>Vela</td><td>Remo</td></tr>"
    text = html(f"<table><caption>Cursos</caption>{rows}<tr><th>Noche</th><td>Nudos</td></tr></table>")
    assert "Cursos\nLunes | Martes\nTarde; Lunes: Vela; Martes: Remo\nNoche; Lunes: Vela; Martes: Nudos" in text


def test_a_table_that_lays_out_is_read_as_blocks_once():
    inner = "<table><tr><th>Club</th><th>Puntos</th></tr><tr><td>Ea</td><td>9</td></tr></table>"
    text = html(f"<table><tr><td><p>Primero.</p><p>Segundo.</p></td><td>{inner}</td></tr></table>")
    assert text.count("Club: Ea; Puntos: 9") == 1 and "Primero.\n\nSegundo." in text
    assert "|" not in html("<table role='presentation'><tr><td>uno</td><td>dos</td></tr></table>")


def test_merged_cells_of_a_book():
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(real("pandoc.epub"))) as book, zipfile.ZipFile(kept, "w") as copy:
        for name in book.namelist():
            content = book.read(name)
            if name.endswith("ch001.xhtml"):
                table = (
                    "<tr><th>Zona</th><th>Tasa</th></tr><tr><td rowspan='2'>Este</td><td>4</td></tr><tr><td>5</td></tr>"
                )
                content = content.replace(b"</body>", f"<table>{table}</table></body>".encode())
            copy.writestr(name, content)
    assert "Zona: Este; Tasa: 5" in read_text("a.epub", kept.getvalue())


# -- Markdown ----------------------------------------------------------------------------------------------------------


def test_tables_of_markdown_say_their_names_in_every_row():
    rows = "\n".join(f"| {n} | club {n} \\| B |" for n in range(3))
    text = read_text("a.md", f"# Liga\n\n| # | Club |\n|---:|:--|\n{rows}\n\nfin\n---\n".encode())
    assert (
        text == "# Liga\n\n# | Club\n#: 0; Club: club 0 | B\n#: 1; Club: club 1 | B\n#: 2; Club: club 2 | B\n\nfin\n---"
    )


def test_what_is_no_table_of_markdown_stays():
    text = "```\n| a | b |\n|---|---|\n| 1 | 2 |\n```\n\na | b\n--- | --- | ---\n1 | 2\n\nx | y\nz | w"
    assert read_text("a.md", text.encode()) == text


def test_headings_stand_where_they_say_below_a_table():
    source = loaders.Source("a.md", b"---\nx: 1\n---\n\n| # | b |\n|---|---|\n| 1 | 2 |\n\n## Two\n\nThree\n===\n")
    (page,) = loaders.loader("markdown").load(source)
    assert [heading.text for heading in page.headings] == ["Two", "Three"]
    assert (
        page.text[page.headings[0].start :].startswith("## Two") and page.text[page.headings[1].start :] == "Three\n==="
    )


def test_a_name_of_thousands_of_digits_is_a_name():
    digits = "9" * 5000
    assert digits in read_text("a.csv", f"x,{digits},{digits[1:]}\na,b,c\nd,e,f\n".encode())
