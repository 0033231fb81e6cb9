"""PDF: lines and paragraphs, forms and notes, and pages whose text is not what is on them."""

import pytest

from playground.tabs.rag.lab import loaders
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.documents import DocumentPage, Omission
from playground.tabs.rag.lab.errors import UnreadableDocument

from .pdfs import Page, picture, row, text, written

PARAGRAPH = (
    "La rula abre a las cinco, cuando llegan los primeros barcos con la pesca del",
    "día, y los compradores esperan en las gradas a que suene la campana de la",
    "subasta; quien quiera un lote aprieta el botón de su mesa antes que los otros.",
)


def load(*pages, read=None, **bounds) -> list[DocumentPage]:
    source = loaders.Source("a.pdf", written(*pages), DocumentBounds(**bounds), read)
    return list(loaders.loader("pdf").load(source))


def lines_of(*drawn: str) -> list[str]:
    (page,) = load(Page("".join(drawn)))
    return page.text.split("\n")


def kinds(pages) -> list[list[str]]:
    return [[one.kind for one in page.omissions] for page in pages]


# -- lines ------------------------------------------------------------------------------------------------------------


def test_a_page_of_a_table_keeps_its_rows():
    rows = [("Especie", "Puerto", "Arte", "Vedas"), ("bonito", "Getaria", "curricán", "octubre")]
    rows += [("chicharro", "Ondarroa", "cerco", "ninguna"), ("merluza del pincho", "Lekeitio", "anzuelo", "febrero")]
    assert lines_of(*(row(700 - 14 * n, *cells) for n, cells in enumerate(rows))) == [" ".join(cells) for cells in rows]


def test_rows_between_paragraphs_are_rows_and_paragraphs_are_joined():
    rows = [
        ("Barco", "Matrícula y año de su botadura", "Eslora en metros"),
        ("Itxaropena", "de 1984, en Bermeo", "21,5"),
    ]
    rows += [("Nuestra Señora", "de 2003, en Zumaia", "31,2"), ("Gure Aita", "de 1999, en Pasaia", "28,9")]
    drawn = [row(650 - 14 * n, *cells, width=190) for n, cells in enumerate(rows)]
    found = lines_of(text((50, 692), *PARAGRAPH), *drawn, text((50, 594), *PARAGRAPH))
    assert found == [" ".join(PARAGRAPH), *(" ".join(cells) for cells in rows), " ".join(PARAGRAPH)]


def test_a_list_of_prices_keeps_its_lines():
    dotted = [
        f"{name} {'.' * (40 - len(name))} {price}" for name, price in (("Anzuelo", "0,40 €"), ("Sedal", "3,10 €"))
    ]
    assert lines_of(text((50, 700), *dotted, f"Red {'.' * 44} consultar")) == [*dotted, f"Red {'.' * 44} consultar"]
    plain = ["Bota alta de agua 42,00", "gorro de lana azul 9,50", "guantes de faena 12,75", "impermeable 110,00"]
    assert lines_of(text((50, 700), *plain)) == plain


def test_a_list_of_names_keeps_its_lines():
    names = ["Maite Ansorena", "Iñaki Lertxundi", "Nerea Zabaleta", "Jon Uribarri"]
    assert lines_of(text((50, 700), *names)) == names
    assert lines_of(text((50, 700), *(f"{one}, patrón de cabotaje" for one in names))) == [
        f"{one}, patrón de cabotaje" for one in names
    ]


def test_a_paragraph_with_capitals_at_its_line_ends_is_joined():
    german = (
        "Die Möwe sitzt auf dem Dach der alten Halle und wartet auf die Rückkehr der",
        "Boote, deren Netze voller Heringe sind; am Abend bringt der Wind den Geruch von",
        "Salz und Teer bis in die Gassen, und die Kinder laufen zum Hafen, weil dort der",
        "Leuchtturm angeht.",
    )
    assert lines_of(text((50, 700), *german)) == [" ".join(german)]


def test_a_sentence_goes_on_with_names_and_brackets():
    english = (
        "the elements are the expanded versions of the shortened names, for example of",
        '"Long Line Fishing", "Nautical Mile Per Hour", and of the newer eXtensible Markup',
        "Language, whose purpose is to give a way to look up where the old boats are kept",
        "(there will be none of them left after the winter).",
    )
    assert lines_of(text((50, 700), *english)) == [" ".join(english)]


def test_a_title_is_not_joined_to_what_stands_far_below():
    assert lines_of(text((50, 700), "Registro de capturas"), text((50, 640), "Patrón:")) == [
        "Registro de capturas",
        "Patrón:",
    ]


# -- forms and notes --------------------------------------------------------------------------------------------------


def widget(kind: str, name: str, box: tuple[int, int, int, int], more: str) -> str:
    return f"/Subtype /Widget /FT /{kind} /T ({name}) /Rect [{' '.join(map(str, box))}] {more}"


def test_values_of_a_form_stand_beside_their_names():
    labels = text((50, 700), "Barco:") + text((300, 700), "Puerto:") + text((50, 640), "Nombre y señas del armador")
    box = text((70, 550), "Acepto las normas") + text((70, 530), "Quiero recibir avisos")
    on = "/V /Si /AS /Si /AP << /N << /Si 4 0 R /Off 4 0 R >> >>"
    off = "/V /Off /AS /Off /AP << /N << /Si 4 0 R /Off 4 0 R >> >>"
    fields = (
        widget("Ch", "p", (345, 695, 500, 715), "/Ff 131072 /Opt [[(GET) (Getaria)] [(OND) (Ondarroa)]] /V (OND)"),
        widget("Tx", "b", (100, 695, 280, 715), "/V (Itxaropena)"),
        widget("Tx", "topmostSubform[0].x", (50, 600, 400, 632), "/V (Peio Arrizabalaga)"),
        widget("Tx", "n3", (50, 580, 400, 592), "/TU (Número de licencia) /V (77-B)"),
        widget("Btn", "a", (50, 548, 62, 560), on),
        widget("Btn", "q", (50, 528, 62, 540), off),
        widget("Tx", "empty", (50, 400, 400, 420), ""),
        widget("Tx", "clave", (50, 370, 400, 390), "/Ff 8192 /V (secreta)"),
        widget("Btn", "enviar", (50, 340, 100, 360), "/Ff 65536 /MK << /CA (Enviar) >>"),
    )
    (page,) = load(Page(labels + box, fields))
    assert page.text.split("\n")[-6:] == [
        "Barco: Itxaropena",
        "Puerto: Ondarroa",
        "Nombre y señas del armador: Peio Arrizabalaga",
        "Número de licencia: 77-B",
        "☒ Acepto las normas",
        "☐ Quiero recibir avisos",
    ]
    assert "secreta" not in page.text and "Enviar" not in page.text


def test_notes_and_what_was_typed_onto_a_page_are_read():
    notes = (
        "/Subtype /Text /Rect [500 700 520 720] /Contents (Falta la firma del patrón)",
        "/Subtype /FreeText /Rect [100 695 280 715] /DA (/F 10 Tf) /Contents (14 de junio)",
        "/Subtype /Highlight /Rect [50 650 90 660] /Contents (¿Quién lo dice?)",
        "/Subtype /Link /Rect [50 600 90 610] /Contents (a link)",
        "/Subtype /Text /F 2 /Rect [500 500 520 520] /Contents (hidden)",
    )
    (page,) = load(Page(text((50, 700), "Salida:"), notes))
    assert page.text.split("\n") == [
        "Salida:",
        "Salida: 14 de junio",
        "✎ Falta la firma del patrón",
        "✎ ¿Quién lo dice?",
    ]


# -- pages that are pictures ------------------------------------------------------------------------------------------

SCAN = picture(0, 0, 595, 842)
STAMP = text((50, 20), "Digitalizado en la cofradía - 1 / 1", size=8)
PLAIN = Page(text((50, 700), *PARAGRAPH))


def test_pages_without_text_are_told_and_read():
    pages = load(PLAIN, Page(SCAN), Page(), Page(SCAN + STAMP))
    assert kinds(pages) == [[], ["no_text"], [], ["mostly_picture"]]
    assert pages[3].text == "Digitalizado en la cofradía - 1 / 1"
    found = load(PLAIN, Page(SCAN), Page(), Page(SCAN + STAMP), read=lambda _: "Vedado  el\nmarisqueo")
    assert kinds(found) == [[], [], [], []] and [page.read for page in found] == [False, True, False, True]
    assert [page.text for page in found[1:]] == [
        "Vedado el\nmarisqueo",
        "",
        "Vedado el\nmarisqueo\nDigitalizado en la cofradía - 1 / 1",
    ]
    assert (
        load(Page(SCAN + STAMP), read=lambda _: "Digitalizado en la cofradia\n1/1\nDigitalizado en la cofradía 1/1")[
            0
        ].text.count("ofrad")
        == 2
    )


def test_a_scan_with_its_text_behind_it_and_pages_with_photos_are_left_alone():
    behind = "BT /F 10 Tf 3 Tr 50 700 Td (Portada) Tj ET\n"
    photo = picture(50, 200, 300, 200)
    large = text((50, 700), "Las mareas vivas", "y las muertas", leading=80, size=60)
    assert kinds(load(Page(SCAN + behind), Page(text((50, 700), *PARAGRAPH) + photo), Page(SCAN + large))) == [
        [],
        [],
        [],
    ]


def test_letters_drawn_as_lines_are_a_picture():
    strokes = "".join(
        f"{50 + n % 60 * 8} {700 - n // 60 * 20} m {54 + n % 60 * 8} {706 - n // 60 * 20} l S\n" for n in range(400)
    )
    assert kinds(load(PLAIN, Page(strokes + STAMP), Page(strokes[: len(strokes) // 8] + STAMP))) == [
        [],
        ["mostly_picture"],
        [],
    ]


def test_pages_beyond_the_bound_are_told():
    pages = load(PLAIN, *[Page(SCAN)] * 4, read=lambda _: "leído", ocr_pages=2)
    assert kinds(pages) == [[], [], [], ["over_limit"], ["over_limit"]]
    assert [page.text for page in pages[1:]] == ["leído", "leído", "", ""]
    with pytest.raises(UnreadableDocument) as refused:
        load(Page(SCAN), read=lambda _: "leído", ocr_pages=0)
    assert refused.value.key == "document_error.too_many_pages"


SIGNS = ("3, ,21)'2%)'-) 0-.''2 ,)& #-.'*.& ()'", ",-+(-.!2 /. ,2& 02+((*2& .,\" #$.,#. 2 ;'-' %% .-")
BY_LOT = (
    "Xkqrw zvtn mpfgh qwrtz kjhgf ptrwz dfghjk lmnbv cxzq wrtpsd fghk nbvcx qwrt zpsd fgh",
    "jklm nbvcxq wrtz psdf ghjkl mnbvc xqwrt zpsdf ghjk lmnb vcxqw rtzps dfgh jklmn bvcxq",
)
SHIFTED = ("ÔÕÖØÙ ÀÁÂÃÄ ÅÆÇÈÉ ÊËÌÍÎ ÏÐÑÒÓ " * 3,) * 2


@pytest.mark.parametrize("lines", [SIGNS, BY_LOT, SHIFTED])
def test_letters_that_cannot_be_told_are_told_and_read_from_the_picture(lines):
    pages = load(PLAIN, Page(text((50, 700), *lines)))
    assert kinds(pages) == [[], ["garbled"]] and pages[1].text == ""
    (read,) = load(Page(text((50, 700), *lines)), read=lambda _: "Se cierra por temporal")
    assert read.text == "Se cierra por temporal" and read.read and not read.omissions
    (unread,) = load(Page(text((50, 700), *lines)), PLAIN, read=lambda _: "")[:1]
    assert unread.omissions == (Omission(kind="garbled"),)
    with pytest.raises(UnreadableDocument) as refused:
        load(Page(text((50, 700), *lines)))
    assert refused.value.key == "document_error.garbled"


@pytest.mark.parametrize(
    "lines",
    [
        ["12,5 8,75 -3,2 1.204,00 € (4,1 %) 17 20 2024-05-01 10:30"] * 4,
        ["for (i = 0; i < n; i++) { a[i] += b[i] * c[i]; } // sum"] * 4,
        ["https://example.org/a-b?c=1&d=2 ana@example.org +34 600 00 00 00"] * 4,
        ["f(x) = (x + 1)/(x - 1); x > 0 => f(x) > 1, |x| < 2"] * 4,
        ["IBM DVD SMS CPU TFG XML DNS FTP RSS PDF TCP HTML"] * 4,
        [". . . . . . . . 4", "----------", "* * *", "________"],
        ["Čtvrtý vrch nad Brnem je plný vlků; když mrzne, drží se krmelce, a smrt prchne skrz mlhu."] * 4,
    ],
)
def test_numbers_programs_and_formulas_are_no_garble(lines):
    from playground.tabs.rag.lab.reading.garble import is_garbled

    assert not is_garbled("\n".join(lines))
