"""Encodings: as declared, as marked, and as their letters show; one wrong byte costs one character."""

import codecs
import io
import struct
import zipfile
import zlib

import pytest

from playground.tabs.rag.lab import loaders
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.reading import archive
from playground.tabs.rag.lab.reading.decoding import decode, decode_declared
from playground.tabs.rag.lab.reading.file_names import is_called, numbered_name, safe_name

from .hostile import real

TEXTS = {
    "da": "Smørrebrød med rejer og rødspætte på Ærø; båden sejler hver søndag.",
    "sv": "Båten går på lördag från Åland, och fiskarna säljer strömming i hamnen.",
    "is": "Það er gott veður í dag, og bátarnir sækja þorsk út á sjó frá höfninni.",
    "pl": "Łódka płynie wzdłuż wybrzeża; rybacy sprzedają świeże śledzie i węgorze, żółte sieci schną.",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy; rybáři prodávají čerstvé ryby v přístavu.",
    "hu": "A halászok őszi vásárt tartanak a kikötőben, a hűvös időben is sütnek keszeget.",
    "tr": "Balıkçılar sabah erkenden denize açılır, öğleden sonra taze balık satışı başlar; güneşte ağlar kurur.",
    "pt": "As inscrições são feitas até às nove; os pães e o leite são por conta da associação.",
    "fr": "Le pêcheur vend ses crevettes à l’aube, où la forêt s’arrête : huîtres, bœuf et crème.",
    "de": "Die Fischer verkaufen früh morgens Öl, Brötchen und süße Äpfel an der Straße.",
}
CODE_PAGES = [
    *((language, "cp1252") for language in ("da", "sv", "is", "pt", "fr", "de")),
    *((language, "cp1250") for language in ("pl", "cs", "hu")),
    *((language, "iso8859_2") for language in ("pl", "cs", "hu")),
    *(("tr", "cp1254"), ("de", "cp850"), ("pt", "mac_roman"), ("fr", "mac_roman")),
]


@pytest.mark.parametrize(("language", "name"), CODE_PAGES)
def test_the_letters_of_a_language_tell_its_code_page(language, name):
    text = TEXTS[language] if name != "cp850" else TEXTS[language].replace("’", "'")
    assert decode(text.encode(name)) == text


def test_spanish_of_dos_and_old_macs():
    text = "El día de la reunión, la señora Núñez pidió más años; ¿cuántos?"
    assert decode(text.encode("cp850")) == text and decode(text.encode("mac_roman")) == text
    assert decode("Un día gris".encode("cp850")) == "Un día gris"


@pytest.mark.parametrize("wrong", [b"\xe9", b"\xff", b"\xc3"])
def test_a_wrong_byte_in_utf8_costs_one_character(wrong):
    before, after = "La canción del año pasado, ", "el niño y la cigüeña"
    found = decode(before.encode() + wrong + after.encode())
    assert found is not None and found.startswith(before) and found.endswith(after)
    assert decode(b"caf\xe9 con leche") == "café con leche"


@pytest.mark.parametrize("label", ["iso-8859-1", "ISO_8859-1", "latin1", "us-ascii", "windows-1252"])
def test_latin_1_is_what_browsers_take_it_for(label):
    text = "Entrada “reducida”: 12 € – niños…"
    assert decode_declared(text.encode("cp1252"), label) == text


def test_what_is_declared_is_not_always_true():
    text = "La señal — a las siete"
    assert decode_declared(text.encode(), "iso-8859-1") == text
    assert decode_declared(codecs.BOM_UTF8 + text.encode(), "windows-1252") == text
    assert decode_declared(text.encode("utf-16"), "utf-8") == text
    assert decode_declared(text.encode("cp1252"), "utf-8") == text
    assert decode_declared(text.encode(), "no-such-name") == text
    assert decode_declared(b"plain", "hex") == "plain"


def test_a_page_says_its_encoding_in_its_xml_declaration_too():
    page = '<?xml version="1.0" encoding="iso-8859-2"?><html><body><p>Żółw i śledź</p></body></html>'
    (read,) = loaders.loader("html").load(loaders.Source("a.xhtml", page.encode("iso-8859-2")))
    assert read.text == "Żółw i śledź"


# -- names in archives -------------------------------------------------------------------------------------------------


def packed(*names, content=b"abc"):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as box:
        for name in names:
            box.writestr(name, content)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "code_page"),
    [
        ("Año nuevo/Ámbar.txt", "cp850"),
        ("Índice.txt", "cp850"),
        ("été.txt", "cp437"),
        ("Óscar ñandú.txt", "utf-8"),
        ("Сад/чайка.txt", "cp866"),
        ("Θάλασσα.txt", "cp737"),
    ],
)
def test_names_of_old_archives_are_read(name, code_page):
    said = name.encode(code_page)
    placeholder = "x" * len(said)
    content = packed(placeholder).replace(placeholder.encode(), said)
    assert [one.name for one in archive.unpack(content, DocumentBounds())] == [name]


def test_names_in_utf8_stay():
    assert [one.name for one in archive.unpack(packed("Ωμέγα.txt"), DocumentBounds())] == ["Ωμέγα.txt"]


def test_a_name_in_unicode_beside_the_one_in_a_code_page_counts():
    said, name = "\u00f1and\u00fa.txt".encode("cp850"), "Ñandú Ωμέγα.txt"
    field = struct.pack("<BI", 1, zlib.crc32(said)) + name.encode()
    wrong = struct.pack("<BI", 1, 7) + b"another.txt"
    for extra, read in ((field, name), (wrong, "\u00f1and\u00fa.txt")):
        entry = zipfile.ZipInfo(said.decode("cp437"))
        entry.extra = struct.pack("<HH", 1, 2) + b"xx" + struct.pack("<HH", 0x7075, len(extra)) + extra
        assert archive.name_in(entry) == read


def test_names_are_one_however_their_accents_are_written_and_have_no_drive():
    assert safe_name("camio\u0301n.txt") == "cami\u00f3n.txt" == safe_name("cami\u00f3n.txt")
    assert safe_name("C:\\work\\a.txt") == "work/a.txt" and safe_name("c:") == "c:"
    assert is_called("all.zip/cami\u00f3n.txt", "camio\u0301n.txt") and not is_called("a.txt", "")
    assert not is_called("all.zip/xa.txt", "a.txt")


@pytest.mark.parametrize(
    ("name", "taken", "kept"),
    [
        ("a.txt", (), "a.txt"),
        ("a.txt", ("a.txt",), "a (2).txt"),
        ("x.zip/a.txt", ("x.zip/a.txt", "x.zip/a (2).txt"), "x.zip/a (3).txt"),
        ("a.tar.gz", ("a.tar.gz",), "a.tar (2).gz"),
        ("?", ("?",), "? (2)"),
        (".env", (".env",), ".env (2)"),
    ],
)
def test_a_name_that_is_taken_gets_a_number(name, taken, kept):
    assert numbered_name(name, taken) == kept


def test_files_of_iwork_are_no_archives_of_files():
    source = loaders.Source("a.pages", packed("Index/Document.iwa", "preview.jpg"))
    assert loaders.recognise(source) is None and not archive.is_archive(source)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_files_of_one_name_in_an_archive_are_told_apart():
    content = packed("x/a.txt", "x/a.txt", "x/a (2).txt", "b", "b", "y/a.txt")
    names = [one.name for one in archive.unpack(content, DocumentBounds())]
    assert names == ["x/a.txt", "x/a (3).txt", "x/a (2).txt", "b", "b (2)", "y/a.txt"]


def test_an_archive_with_a_stored_pdf_in_front_is_an_archive():
    source = loaders.Source("a.zip", packed("a.pdf", "b.txt", content=real("libreoffice.pdf")))
    assert source.content.find(b"%PDF-") < 1024
    assert loaders.recognise(source) is None and archive.is_archive(source)
