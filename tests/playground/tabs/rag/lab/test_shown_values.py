"""Numbers as a sheet shows them and as JSON writes them; rows of CSV as they were meant."""

import datetime

import pytest

from playground.tabs.rag.lab.reading.number_format import format_value

from .written import read_text, xlsx

# -- numbers as they are shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.0725, "0.00%", "7.25%"),
        (0.5, "0%", "50%"),
        (1234.5, "#,##0.00 €", "1234.50 €"),
        (-3, '"$"#,##0.00', "-$3.00"),
        (19.9, "[$€-C0A] #,##0.00;[Red]-[$€-C0A] #,##0.00", "€ 19.90"),
        (-8.5, "_-* #,##0.00 €_-;-* #,##0.00 €_-", "-8.50 €"),
        (1207, "00000", "01207"),
        (5, '0" km"', "5 km"),
        (2.50, "0.##", "2.5"),
        (1_250_000, '0.0,,"M"', "1.3M"),
        (2.675, "0.00", "2.68"),
        (-0.001, "0.00", "0.00"),
        (datetime.timedelta(hours=26, minutes=5), "[h]:mm", "26:05"),
        (datetime.time(9, 30), "h:mm", "09:30"),
        (datetime.datetime(2024, 3, 1), "mmm-yy", "2024-03"),
        (datetime.datetime(2024, 3, 1), "yyyy", "2024"),
        (12.25, "General", 12.25),
        (12.25, "[>=100]0;0.0", 12.25),
        (0.75, "# ?/?", 0.75),
        (1200, "0.00E+00", 1200),
        (1e300, "0.00", 1e300),
        ("x", "0.00", "x"),
        (True, "0.00", True),
        (datetime.datetime(2024, 3, 1), "dd/mm/yyyy", datetime.datetime(2024, 3, 1)),
    ],
)
def test_a_value_of_a_sheet_is_read_as_it_is_shown(value, number_format, text):
    assert format_value(value, number_format) == text


def test_a_sheet_gives_its_percent_and_leading_zeros():
    def arrange(sheet):
        sheet["A2"].number_format, sheet["B2"].number_format = "0000", "0.0%"

    assert "Código: 0042; Cuota: 12.5%" in xlsx([["Código", "Cuota"], [42, 0.125]], arrange)


def test_a_formula_without_a_value_is_shown_itself():
    text = xlsx([["Club", "Puntos", "Doble"], ["Ea", 4, "=B2*2"], ["Ondarroa", 5, "=B3*2"]])
    assert "Club: Ea; Puntos: 4; Doble: =B2*2" in text and "Doble: =B3*2" in text


def test_numbers_of_json_stand_as_written():
    content = b'{"precio": 7.10, "id": 90071992547409931234, "peso": 1.50E2, "lista": [1.0, 2], "si": true}\n'
    assert read_text("a.json", content) == (
        "precio: 7.10\nid: 90071992547409931234\npeso: 1.50E2\nlista: 1.0, 2\nsi: true"
    )
    assert read_text("a.jsonl", content * 2).count("precio: 7.10") == 2


# -- CSV ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
def test_csv_follows_the_line_that_says_what_divides(first):
    assert read_text("a.csv", f"{first}\r\nPez,luz;Talla\r\nbacalao;3,5\r\n".encode()) == (
        "Pez,luz | Talla\nPez,luz: bacalao; Talla: 3,5"
    )


def test_csv_with_lines_before_and_after_its_table():
    text = "Capturas, puerto de Ea\nDel 1,5 al 2,5\n\nPez;Kilos;Precio\nmero;12,5;9,25\nfaneca;8,75;4,50\n;Total;88,1\n"
    assert read_text("a.csv", text.encode()).split("\n")[-3:] == [
        "Pez: mero; Kilos: 12,5; Precio: 9,25",
        "Pez: faneca; Kilos: 8,75; Precio: 4,50",
        "Kilos: Total; Precio: 88,1",
    ]


def test_csv_with_decimal_points_is_divided_by_its_commas():
    text = "dia,kilos,precio\n1,12.5,9\n2,8.75,4\n"
    assert read_text("a.csv", text.encode()).endswith("dia: 2; kilos: 8.75; precio: 4")
    assert read_text("a.csv", b"1,2,3\n4,5,6\n") == "1 | 2 | 3\n4 | 5 | 6"


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b"])
def test_only_line_feeds_end_a_row(mark):
    found = read_text("a.csv", f"Pez,Nota,Talla\nmero,uno{mark}dos,3\n".encode())
    assert len(found.split("\n")) == 2 and found.endswith("Talla: 3")
    records = f'{{"pez": "uno{mark if mark > " " else " "}dos"}}\n' * 2
    assert len(read_text("a.jsonl", records.encode()).split("\n\n")) == 2
