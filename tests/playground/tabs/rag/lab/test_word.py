"""Word: what stands beside the body, and what is drawn in it."""

import io

from .hostile import changed, real
from .written import read_text

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MAIN = "http://schemas.openxmlformats.org/drawingml/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(document) -> str:
    kept = io.BytesIO()
    document.save(kept)
    return read_text("a.docx", kept.getvalue())


def test_headers_and_footers_are_read_once():
    from docx import Document
    from docx.enum.section import WD_SECTION

    document = Document()
    document.add_paragraph("Las redes se remiendan en el muelle.")
    first = document.sections[0]
    first.different_first_page_header_footer = True
    first.header.paragraphs[0].text = "Cofradía de Ea"
    first.header.add_table(1, 2, 5_000_000).rows[0].cells[1].text = "Acta 17/2024"
    first.first_page_header.paragraphs[0].text = "Borrador"
    first.footer.paragraphs[0].text = "3"
    second = document.add_section(WD_SECTION.NEW_PAGE)
    second.header.is_linked_to_previous = second.footer.is_linked_to_previous = False
    second.header.paragraphs[0].text = "Cofradía de Ea"
    second.header.add_table(1, 2, 5_000_000).rows[0].cells[1].text = "Acta 17/2024"
    second.footer.paragraphs[0].text = "Calle del Puerto, 4"
    text = saved(document)
    assert text.startswith("Las redes se remiendan en el muelle.")
    assert [text.count(one) for one in ("Cofradía de Ea", "Acta 17/2024", "Borrador", "Calle del Puerto, 4", "3")] == [
        1,
        1,
        1,
        1,
        0,
    ]


def drawing(inner: str, uri: str) -> str:
    return (
        f'<w:p {W}><w:r><w:drawing><a:graphic xmlns:a="{MAIN}/main"><a:graphicData uri="{MAIN}/{uri}">{inner}'
        "</a:graphicData></a:graphic></w:drawing></w:r></w:p>"
    )


def test_charts_and_diagrams_are_read_where_they_stand():
    point = "<c:pt idx='{}'><c:v>{}</c:v></c:pt>"
    categories = "".join(point.format(n, text) for n, text in enumerate(("mero", "faneca")))
    values = "".join(point.format(n, text) for n, text in enumerate(("12.5", "8")))
    chart = (
        f'<c:chartSpace xmlns:c="{MAIN}/chart" xmlns:a="{MAIN}/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r>'
        "<a:t>Subasta</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:bar3DChart><c:ser>"
        f"<c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>Euros</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        f"<c:cat><c:strRef><c:strCache>{categories}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:numCache>{values}</c:numCache></c:numRef></c:val></c:ser></c:bar3DChart></c:plotArea>"
        "</c:chart></c:chartSpace>"
    )
    step = "<dgm:pt modelId='{}'><dgm:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    steps = "".join(step.format(n, text) for n, text in enumerate(("Descarga", "Pesaje")))
    names = f'xmlns:dgm="{MAIN}/diagram" xmlns:a="{MAIN}/main"'
    diagram = f"<dgm:dataModel {names}><dgm:ptLst>{steps}</dgm:ptLst></dgm:dataModel>"
    charted = drawing(f'<c:chart xmlns:c="{MAIN}/chart" xmlns:r="{OFFICE}" r:id="rIdC"/>', "chart")
    diagrammed = drawing(f'<dgm:relIds xmlns:dgm="{MAIN}/diagram" xmlns:r="{OFFICE}" r:dm="rIdD"/>', "diagram")
    said = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    body = f"{said.format('Antes.')}{charted}{said.format('Entre.')}{diagrammed}{said.format('Después.')}"
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    related = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for name, kind, target in (("rIdC", "chart", "c1.xml"), ("rIdD", "diagramData", "d1.xml"))
    )
    relations = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}'
    parts = {
        "word/document.xml": document,
        "word/_rels/document.xml.rels": f"{relations}</Relationships>",
        "word/c1.xml": chart,
        "word/d1.xml": diagram,
    }
    content = changed(real("pandoc.docx"), {name: part.encode() for name, part in parts.items()})
    assert read_text("a.docx", content).split("\n\n") == [
        "Antes.",
        "Subasta\nEuros\nmero; Euros: 12.5\nfaneca; Euros: 8",
        "Entre.",
        "• Descarga\n• Pesaje",
        "Después.",
    ]
