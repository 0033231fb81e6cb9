"""Every format, from files that real programs made."""

import csv
import io
import json
import re
import zipfile

import pytest

from playground.asking.text_language import detect_language
from playground.tabs.rag.lab import loaders
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.reading.cleaning import clean, clean_spaces
from playground.tabs.rag.lab.reading.decoding import decode
from playground.tabs.rag.lab.reading.page_writer import PageWriter
from playground.tabs.rag.lab.reading.printed_lines import join_lines
from playground.tabs.rag.lab.reading.tables import lines

from .hostile import changed, real, word

GUIDE = ("guide.md", "libreoffice.docx", "pandoc.docx", "pandoc.epub", "pandoc.html", "libreoffice.pdf")
ACCENTED = "¿Cuándo se siembra? La señora Núñez recomienda"
SPANISH = "¿Cuántos años tiene el pingüino? El señor Núñez dirá que «ocho», y la niña, que nueve. ¡Qué camión!"


def read(
    name: str, content: bytes | None = None, bounds: DocumentBounds | None = None
) -> tuple[str, list[DocumentPage]]:
    source = loaders.Source(name, real(name) if content is None else content, bounds or DocumentBounds())
    chosen = loaders.recognise(source)
    assert chosen is not None
    return chosen, list(loaders.loader(chosen).load(source))


def headings(pages: list[DocumentPage]) -> list[tuple[str, int]]:
    return [(heading.text, heading.level) for page in pages for heading in page.headings]


@pytest.mark.parametrize("name", loaders.names())
def test_a_loader_has_what_loaders_have(name):
    module = loaders.loader(name)
    assert module.SUFFIXES and all(suffix.startswith(".") for suffix in module.SUFFIXES)
    assert module.claims(loaders.Source("a.unknown", b"\0\1\2\3")) is loaders.Claim.NONE
    assert set(module.SUFFIXES) <= set(loaders.suffixes())


def test_every_kind_of_file_that_a_visitor_may_bring_has_a_loader():
    wanted = {".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".txt", ".md", ".html", ".epub", ".json", ".zip"}
    assert wanted <= set(loaders.suffixes())
    with pytest.raises(KeyError):
        loaders.loader("../pdf")


@pytest.mark.parametrize("name", [*GUIDE[1:], "pandoc.pptx", "libreoffice.xlsx", "libreoffice.epub", "page.html"])
def test_headings_stand_where_they_say(name):
    _, pages = read(name)
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert all(page.text.startswith(one.text, one.start) for page in pages for one in page.headings)


@pytest.mark.parametrize("name", GUIDE)
def test_the_same_guide_is_read_from_every_format(name):
    format, pages = read(name)
    text = "\n".join(page.text for page in pages)
    assert format == {"md": "markdown"}.get(name.rpartition(".")[2], name.rpartition(".")[2])
    for wanted in (
        ACCENTED,
        "El niño riega cada mañana; el pingüino de cerámica vigila.",
        "noviembre",
        "# no es un título",
    ):
        assert wanted in text
    found = headings(pages)
    expected = [
        ("Guía del huerto escolar", 1),
        ("Riego y abonado", 2),
        ("Precios de las semillas", 2),
        ("Contacto Ana", 3),
    ]
    assert [heading for heading in found if heading[0] != "Guía del huerto"] == expected


def test_tables_say_what_their_values_are():
    _, (page,) = read("libreoffice.docx")
    assert "Semilla | Precio | Época\nSemilla: Tomate; Precio: 2,50 €; Época: marzo\nSemilla: Pepino" in page.text


def test_a_slide_is_a_page_under_its_title():
    _, pages = read("libreoffice.pptx")
    assert len(pages) == 4
    assert pages[1].label == "Guía del huerto escolar" and headings([pages[1]]) == [("Guía del huerto escolar", 1)]
    assert "Semilla: Tomate; Precio: 2,50 €" in pages[1].text
    assert pages[1].text.count("Guía del huerto escolar") == 1


def test_a_sheet_is_a_page_with_the_values_of_its_formulas():
    _, pages = read("libreoffice.xlsx")
    assert [page.label for page in pages] == ["Almacén", "Vacía", "Teléfonos"]
    assert "Artículo: Piñata; Unidades: 12; Precio: 7.5; Total: 90; Revisado: 2026-03-14" in pages[0].text
    assert pages[1].text == "" and pages[2].text == "Teléfonos\n\nConserjería | extensión 4021"


def test_pdf_columns_follow_one_another_and_divided_words_are_whole():
    _, pages = read("chromium_columns.pdf")
    first = pages[0].text
    assert "lubricates the bearings each Monday and notes the temperature of the mercury in the green ledger" in first
    assert first.index("Ámbar") < first.index("The fog signal") < first.index("Peña Ñora") < first.index("nobody has")
    assert headings(pages) == [("Lighthouse notes", 1), ("The lamp", 2), ("The fog signal", 2), ("Ledger", 1)]
    assert pages[1].number == 2 and "1901 312\n1902 298" in pages[1].text
    for page in pages:
        assert all(page.text[one.start : one.start + len(one.text)] == one.text for one in page.headings)


def test_a_page_of_the_web_comes_without_its_menus_and_scripts():
    _, (page,) = read("page.html")
    assert page.label == "Horario de la biblioteca"
    assert "Cada lector puede llevarse seis libros" in page.text and "Sala: Silenciosa; Plazas: 112" in page.text
    assert "• Los niños tienen su propio carné.\n• El carné cuesta cuatro euros." in page.text
    for unwanted in ("Catálogo en línea", "galletas", "no se ve", "color:red", "pixel"):
        assert unwanted not in page.text


def test_json_says_the_way_to_each_value():
    record = {
        "nombre": "Ana",
        "señas": {"calle": "Ñuble", "pisos": [1, 2]},
        "hijos": [{"n": "Bo"}],
        "x": None,
        "y": True,
    }
    _, (page,) = read("a.json", json.dumps([record, {"nombre": "Leo"}], ensure_ascii=False).encode())
    assert page.text == "nombre: Ana\nseñas.calle: Ñuble\nseñas.pisos: 1, 2\nhijos.n: Bo\ny: true\n\nnombre: Leo"
    _, (page,) = read("a.jsonl", b'{"a": 1}\n\n{"a": 2}\n')
    assert page.text == "a: 1\n\na: 2"
    assert read("a.json", b'{"cut": "of')[0] == "text"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_with_whatever_between_its_values(delimiter):
    written = io.StringIO()
    rows = [["Ciudad", "Lema, completo"], ["Cádiz", 'dijo "olé"; y más | o menos'], ["León", "dos\nlíneas, sí"]]
    csv.writer(written, delimiter=delimiter).writerows(rows)
    format, (page,) = read("a.csv", written.getvalue().encode("cp1252"))
    assert format == "csv"
    assert page.text.split("\n") == [
        "Ciudad | Lema, completo",
        'Ciudad: Cádiz; Lema, completo: dijo "olé"; y más | o menos',
        "Ciudad: León; Lema, completo: dos líneas, sí",
    ]


def test_a_table_without_names_keeps_its_values():
    assert list(lines([[1, 2], [3, None], []])) == ["1 | 2", "3"]
    assert list(lines([["a", "a"], ["b", "c"]])) == ["a | a", "b | c"]
    assert list(lines([["only"]])) == ["only"]
    assert list(lines([])) == []


@pytest.mark.parametrize(
    "name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
def test_spanish_in_any_encoding(name):
    assert decode(SPANISH.encode(name)) == SPANISH


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Съешь же ещё этих мягких французских булок, да выпей чаю. Широкая электрификация южных губерний.", "cp1251"),
        ("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所で", "shift_jis"),
    ],
)
def test_other_encodings_are_guessed(text, name):
    assert decode(text.encode(name)) == text


def test_what_is_no_text_is_none():
    assert decode(bytes(range(256)) * 20) is None
    assert decode(b"MZ\0\0\1\2\3\4" * 50) is None
    assert decode("niño".encode() + "ñ".encode()[:1]) == "niño"


@pytest.mark.parametrize("format", ["docx", "pptx", "epub", "html"])
def test_the_content_says_what_a_file_is(format):
    assert read("a.txt", real(f"pandoc.{format}"))[0] == format
    assert read("a.pdf", real(f"pandoc.{format}"))[0] == format


def test_a_pdf_by_another_name_is_a_pdf():
    assert read("notes.txt", real("libreoffice.pdf"))[0] == "pdf"
    assert loaders.recognise(loaders.Source("a.pdf", b"MZ\0\0" * 100)) is None


def test_markdown_headings_are_those_of_commonmark():
    text = "---\na: b\n---\n\n# One #\n\nTwo\n===\n\n```\n# code\n```\n\n- item\n---\n\n    # block\n"
    text += "## *Three* `x` [y](z)\n#none\n"
    _, (page,) = read("a.md", text.encode())
    assert headings([page]) == [("One", 1), ("Two", 1), ("Three x y", 2)]
    assert all(page.text[one.start :].lstrip("# ").startswith(("One", "Two", "*Three")) for one in page.headings)


def test_text_is_cleaned():
    assert clean("a\u0000b\u200bc\u202ed\r\ne\u2028f") == "abcd\ne\nf"
    assert clean("n\u0303 e\u0301") == "ñ é"
    assert clean_spaces("  a \t b  \n\n\n\n c\u00ad ") == "a b\n\nc"


def test_lines_become_paragraphs():
    printed = "\r\n".join(
        [
            "A heading",
            "The first line of this paragraph is as long as a line can",
            "be, and the second one ends it here.",
            "• An item that is there",
            "• Another one, with a long enough text to fill the line",
            "The next paragraph divi\ufffeded",
        ]
    )
    assert join_lines(printed).split("\n") == [
        "A heading",
        "The first line of this paragraph is as long as a line can be, and the second one ends it here.",
        "• An item that is there",
        "• Another one, with a long enough text to fill the line The next paragraph divided",
    ]
    assert join_lines("SmolLM2-135M\ufffeInstruct") == "SmolLM2-135M-Instruct"


def test_a_text_that_grows_beyond_its_bound_is_refused():
    writing = PageWriter(10)
    writing.paragraph("12345")
    with pytest.raises(UnreadableDocument) as refused:
        writing.line("67890")
    assert refused.value.key == "document_error.too_long" and refused.value.values == {"limit": 10}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Cuántos días de vacaciones tienen los empleados de esta empresa?", "es"),
        ("How many days of leave do the employees of this company have?", "en"),
        ("Wie viele Urlaubstage haben die Angestellten dieser Firma?", "de"),
        ("12 34 56 kg", ""),
        ("", ""),
    ],
)
def test_the_language_is_told_or_left_open(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize("line", ["# " + "[*" * 100_000, "a" + " " * 500_000 + "b", "`" * 500_000, "a-\n" * 100_000])
def test_a_long_line_is_read(line):
    """Expressions that search again from every letter would not come to an end."""
    assert read("a.md", line.encode()) and read("a.txt", line.encode())
    assert join_lines(line)


PROGRAM = (
    "def riega(maceta):\n    for gota in range(3):\n        if maceta.seca:\n            maceta.moja()\n    return 1\n"
)


@pytest.mark.parametrize("name", ["a.py", "a.js", "a.txt", "a.log"])
def test_a_program_keeps_its_indentation(name):
    _, (page,) = read(name, PROGRAM.replace("        ", "\t").encode())
    assert page.text == PROGRAM.replace("        ", "\t").rstrip("\n")
    assert read(name, b"  uno   dos\n\n\n  tres")[1][0].text == "uno dos\n\ntres"


def test_code_in_a_page_keeps_its_indentation():
    prose = (
        "<p>Cada tarde se riegan las macetas del patio, y quien falta avisa a su compañera de la otra clase.</p>" * 3
    )
    for code in (f"<pre>{PROGRAM}</pre>", f"<pre><code class='language-python'>{PROGRAM}</code></pre>"):
        _, (page,) = read(
            "a.html", f"<html><body><article><h1>Riego</h1>{prose}{code}</article></body></html>".encode()
        )
        assert PROGRAM.strip() in page.text
        assert page.text.startswith(page.headings[0].text, page.headings[0].start)


MAIL = b"Received: by x; Mon\r\nSubject: hola\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nTGEgcmV1bmnD\r\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.rtf", b"{\\rtf1\\ansi ni\\'f1o}"),
        ("a.txt", b"{\\rtf1 x}"),
        ("a.eml", MAIL),
        ("a.txt", MAIL),
        ("a.ipynb", b'{"cells": []}'),
        ("a.ps", b"%!PS-Adobe-3.0\n/Helvetica findfont (Hola) show"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><text>Hola</text></svg>"),
        ("a.txt", b'<?xml version="1.0"?>\n<!-- made by x -->\n<!DOCTYPE svg>\n<svg><text>Hola</text></svg>'),
        ("a.fodt", b'<?xml version="1.0"?><office:document xmlns:office="x"><text>Hola</text></office:document>'),
        ("a.xml", b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?><w:wordDocument/>'),
    ],
)
def test_letters_that_say_nothing_are_no_text(name, content):
    assert loaders.recognise(loaders.Source(name, content)) is None


def test_texts_about_mail_are_texts():
    assert read("a.txt", b"Subject: hello\n\nMIME-Version: and Content-Type: are lines of an e-mail.")[0] == "text"
    assert read("a.tex", b"{\\bf Notes} on RTF, which begins with {\\rtf1")[0] == "text"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.docm", "ms-word.document.macroEnabled"),
        ("a.dotx", "openxmlformats-officedocument.wordprocessingml.template"),
        ("a.dotm", "ms-word.template.macroEnabledTemplate"),
        ("a.pptm", "ms-powerpoint.presentation.macroEnabled"),
        ("a.ppsx", "openxmlformats-officedocument.presentationml.slideshow"),
        ("a.ppsm", "ms-powerpoint.slideshow.macroEnabled"),
        ("a.potx", "openxmlformats-officedocument.presentationml.template"),
    ],
)
def test_templates_shows_and_files_with_macros_are_read_as_any_other(name, kind):
    like, usual = (
        ("pandoc.docx", "wordprocessingml.document")
        if "word" in kind
        else ("pandoc.pptx", "presentationml.presentation")
    )
    with zipfile.ZipFile(io.BytesIO(real(like))) as archive:
        types = archive.read("[Content_Types].xml").decode()
    own = types.replace(f"openxmlformats-officedocument.{usual}.main", f"{kind}.main")
    assert own != types
    content = changed(real(like), {"[Content_Types].xml": own.encode()})
    assert [page.text for page in read(name, content)[1]] == [page.text for page in read(like)[1]]


def test_questions_on_buttons_are_read_and_menus_are_not():
    answer = "<p>Pregunta en la conserjería, de lunes a viernes, y lleva el carné del curso pasado a mano.</p>"
    body = f"<h2><button>¿Dónde está?</button></h2>{answer}"
    body += f"<button aria-expanded='false'>¿Hay un carné nuevo?</button>{answer}"
    body += f"<button>Enviar la nueva solicitud</button><button aria-expanded='false'>Menú</button>{answer * 2}"
    _, (page,) = read("a.html", f"<html><body><main><h1>Dudas</h1>{body}</main></body></html>".encode())
    assert ("¿Dónde está?", 2) in headings([page]) and "¿Hay un carné nuevo?" in page.text
    assert "Enviar" not in page.text and "Menú" not in page.text


MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def run(text):
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_word_gives_what_stands_in_controls_and_boxes_and_what_was_moved_once():
    control = "<w:sdt><w:sdtContent><w:p>{}</w:p></w:sdtContent></w:sdt>"
    row = f"<w:tr><w:tc><w:p>{run('Vela')}</w:p></w:tc></w:tr>"
    box = f"<w:txbxContent><w:p>{run('Aviso')}</w:p><w:p>{run('uno')}</w:p></w:txbxContent>"
    body = (
        control.format(run("Patrona")) + f"<w:tbl><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>"
        f"<w:p>{run('antes')}<w:r><w:pict>{box}</w:pict></w:r>{run(' después')}</w:p>"
        f"<w:p><w:moveFrom>{run('remo')}</w:moveFrom></w:p><w:p><w:moveTo>{run('remo')}</w:moveTo></w:p>"
    )
    _, (page,) = read("a.docx", word(body))
    assert page.text.split("\n\n")[:-1] == ["Patrona", "Vela", "antes después", "Aviso", "uno", "remo"]


def test_equations_of_word_are_a_line():
    def math(name, *inner):
        return f"<m:{name}>{''.join(inner)}</m:{name}>"

    half = math("f", math("num", math("t", "a+1")), math("den", math("t", "2")))
    power = math("sSup", math("e", math("t", "x")), math("sup", math("t", "2")))
    root = math("rad", math("deg"), math("e", math("t", "b")))
    total = math(
        "nary", '<m:naryPr><m:chr m:val="∑"/></m:naryPr>', math("sub", math("t", "i=1")), math("sup", math("t", "n"))
    )
    brackets = math("d", math("e", math("t", "c")))
    equation = f'<m:oMath xmlns:m="{MATH}">{half}{power}{root}{total}{brackets}</m:oMath>'
    _, (page,) = read("a.docx", word(f"<w:p>{run('sea')}{equation}{run('y')}</w:p>"))
    assert page.text.startswith("sea (a+1)/2x^2√(b)∑_(i=1)^n (c) y\n")


def test_numbers_that_word_counts_are_read():
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, start, form, text in (
            (0, 2, "decimal", "%1."),
            (1, 1, "lowerLetter", "%1.%2)"),
            (2, 1, "upperRoman", "%3"),
        )
    )
    kinds = f'<w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum><w:abstractNum w:abstractNumId="8">'
    kinds += '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="x"/></w:lvl></w:abstractNum>'
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride>'
    for number, (kind, more) in enumerate(((7, ""), (8, ""), (7, again)), start=1):
        kinds += f'<w:num w:numId="{number}"><w:abstractNumId w:val="{kind}"/>{more}</w:num>'
    steps = [(0, 1), (1, 1), (1, 1), (2, 1), (0, 1), (1, 1), (0, 2), (0, 3), (0, 3), (0, 55), (0, 0)]
    body = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>{run("x")}</w:p>'
        for level, number in steps
    )
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    numbering = f'<w:numbering xmlns:w="{main}">{kinds}</w:numbering>'
    _, (page,) = read("a.docx", changed(word(body), {"word/numbering.xml": numbering.encode()}))
    marks = [line.removesuffix("x").strip() for line in page.text.split("\n") if line.endswith("x")]
    assert marks == ["2.", "2.a)", "2.b)", "I", "3.", "3.a)", "•", "9.", "10.", "•", ""]


@pytest.mark.parametrize("name", ["pandoc.docx", "pandoc.pptx", "libreoffice.xlsx"])
def test_strict_open_xml_is_read_as_any_other(name):
    usual, kept = re.compile(rb"http://schemas.openxmlformats.org/(\w+)/2006/"), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(real(name))) as old, zipfile.ZipFile(kept, "w") as strict:
        for part in old.namelist():
            content = usual.sub(rb"http://purl.oclc.org/ooxml/\1/", old.read(part))
            strict.writestr(part, old.read(part) if part == "[Content_Types].xml" else content)
    assert [page.text for page in read(name, kept.getvalue())[1]] == [page.text for page in read(name)[1]]
