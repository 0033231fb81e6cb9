"""Text boxes and comments of a sheet are read after its cells; sheets that are a chart are no pages."""

from __future__ import annotations

import io
import zipfile

from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.reading.read import ReadOptions, read_file

from .hostile import changed
from .written import read_text

THREADS = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"


def book(*, comment: str = "", picture: bool = False, chart: bool = False) -> bytes:
    from openpyxl import Workbook
    from openpyxl.chart import BarChart
    from openpyxl.comments import Comment
    from openpyxl.drawing.image import Image as Drawn
    from PIL import Image

    made, kept = Workbook(), io.BytesIO()
    if chart:
        made.create_chartsheet("Chart", 0).add_chart(BarChart())
    sheet = made.worksheets[0]
    sheet.append(["Barco", "Plazas"])
    sheet.append(["Alcatraz", 12])
    if comment:
        sheet["B2"].comment = Comment(comment, "Nerea")
    if picture:
        Image.new("RGB", (9, 9)).save(dot := io.BytesIO(), "PNG")
        sheet.add_image(Drawn(dot), "D1")
    made.save(kept)
    return kept.getvalue()


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def boxed(content: bytes, *shapes: str) -> bytes:
    """With these shapes in the sheet's drawing."""
    name = "xl/drawings/drawing1.xml"
    main = "http://schemas.openxmlformats.org/drawingml/2006/main"
    drawing = part(content, name)
    ending = drawing[drawing.rindex("</") :]
    inside = "".join(f'<g xmlns:a="{main}">{shape}</g>' for shape in shapes)
    return changed(content, {name: drawing.replace(ending, f"{inside}{ending}").encode()})


def box(*paragraphs: str) -> str:
    said = "".join(f"<a:p><a:r><a:t>{one}</a:t></a:r></a:p>" for one in paragraphs)
    return f"<sp><txBody><a:bodyPr/>{said}</txBody></sp>"


def test_text_boxes_are_read_apart_from_each_other_and_once():
    again = f"<Fallback>{box('Sale a las diez')}</Fallback>"
    content = boxed(book(picture=True), box("Sale a las diez", "del muelle sur"), again, box("Llevar abrigo"), box(""))
    assert read_text("a.xlsx", content).endswith("Alcatraz | 12\n\nSale a las diez\ndel muelle sur\n\nLlevar abrigo")


def test_comments_are_read_with_their_cell():
    content = book(comment="Dos de ellas, para bebés")
    assert read_text("a.xlsx", content).endswith("Alcatraz | 12\n\nB2: Dos de ellas, para bebés")


def test_a_conversation_goes_before_the_notice_that_stands_for_it():
    content = book(comment="[Comentario encadenado] Su versión de Excel …")
    name = "xl/worksheets/_rels/sheet1.xml.rels"
    relation = f'<Relationship Id="t1" Type="{THREADS}" Target="/xl/threadedComments/threadedComment1.xml"/>'
    threads = '<ThreadedComments><threadedComment ref="B2"><text>¿Y los perros?</text></threadedComment>'
    threads += '<threadedComment ref="B2"><text>Van aparte</text></threadedComment></ThreadedComments>'
    parts = {
        name: part(content, name).replace("</Relationships>", f"{relation}</Relationships>").encode(),
        "xl/threadedComments/threadedComment1.xml": threads.encode(),
    }
    said = read_text("a.xlsx", changed(content, parts))
    assert said.endswith("\n\nB2: ¿Y los perros?\n\nB2: Van aparte") and "encadenado" not in said


def test_a_sheet_that_is_a_chart_is_no_page():
    options = ReadOptions(DocumentBounds(), ocr=False, member=False)
    message, _ = read_file("a.xlsx", book(picture=True, chart=True), options)
    (page,) = message["pages"]
    assert page["omissions"] == ({"kind": "pictures", "count": 1},)
