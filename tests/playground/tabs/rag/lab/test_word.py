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


def numbered(levels: str, steps, styles: str = "") -> list[str]:
    """The marks of paragraphs "x", each given by what its properties say."""
    kinds = f'<w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum><w:abstractNum w:abstractNumId="2">'
    kinds += '<w:numStyleLink w:val="Linked"/></w:abstractNum>'
    kinds += "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in (1, 2))
    body = "".join(f"<w:p><w:pPr>{step}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>" for step, text in steps)
    parts = {
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/numbering.xml": f"<w:numbering {W}>{kinds}</w:numbering>",
    }
    if styles:
        parts["word/styles.xml"] = f"<w:styles {W}>{styles}</w:styles>"
    content = changed(real("pandoc.docx"), {name: part.encode() for name, part in parts.items()})
    lines = read_text("a.docx", content).split("\n")
    return [line.removesuffix("x").strip() for line in lines if line.endswith("x")]


def level(number: int, form: str, text: str, more: str = "") -> str:
    shown = f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/>{more}{shown}</w:lvl>'


def at(depth: int, name: int = 1) -> str:
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{name}"/></w:numPr>'


def test_numbers_of_clauses_go_on_as_word_counts_them():
    levels = (
        '<w:styleLink w:val="Linked"/>'
        + level(0, "upperRoman", "%1.")
        + level(1, "decimal", "%1.%2", "<w:isLgl/>")
        + level(2, "decimal", "§ %3", '<w:lvlRestart w:val="0"/>')
    )
    steps = [(at(n), "x") for n in (0, 1, 2, 2, 0, 1, 2)]
    assert numbered(levels, steps) == ["I.", "1.1", "§ 1", "§ 2", "II.", "2.1", "§ 3"]
    assert numbered(levels, [(at(0), "x"), (at(0), ""), (at(0), "x")]) == ["I.", "III."]
    assert numbered(levels, [(at(0, 2), "x"), (at(1, 2), "x")]) == ["I.", "1.1"]


def test_numbers_that_a_style_or_the_one_it_is_based_on_gives_are_read():
    styles = (
        f'<w:style w:type="paragraph" w:styleId="A"><w:name w:val="A"/><w:pPr>{at(1)}</w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="N"><w:name w:val="N"/><w:basedOn w:val="A"/>'
        '<w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>'
    )
    levels = level(0, "decimal", "%1") + level(1, "decimal", "%1.%2")
    name = '<w:pStyle w:val="{}"/>'.format
    deeper = '<w:pStyle w:val="A"/><w:numPr><w:ilvl w:val="0"/></w:numPr>'
    steps = [(at(0), "x"), (name("A"), "x"), (name("B"), "x"), (name("N"), "x"), (deeper, "x")]
    assert numbered(levels, steps, styles) == ["1", "1.1", "1.2", "", "2"]


def test_a_level_that_is_no_number_is_none():
    own, style = '<w:outlineLvl w:val="{}"/>'.format, '<w:pStyle w:val="{}"/>'.format
    styles = (
        '<w:style w:type="paragraph" w:styleId="A"><w:name w:val="heading ²"/></w:style>'
        f'<w:style w:type="paragraph" w:styleId="B"><w:name w:val="b"/><w:pPr>{own("²")}</w:pPr></w:style>'
    )
    steps = [(own("²"), "x"), (own("9" * 5000), "x"), (style("A"), "x"), (style("B"), "x")]
    assert numbered(level(0, "decimal", "%1"), steps, styles) == [""] * 4


def test_numbers_and_boxes_in_a_table_are_read():
    def ticked(value: str) -> str:
        return f"<w:ffData><w:checkBox>{value}</w:checkBox></w:ffData>"

    box = '<w:r><w:fldChar w:fldCharType="begin">{}</w:fldChar></w:r>'
    given, taken = ticked('<w:default w:val="1"/>'), ticked('<w:default w:val="1"/><w:checked w:val="0"/>')
    cells = (
        f"<w:p><w:pPr>{at(0)}</w:pPr><w:r><w:t>Zarpar</w:t></w:r></w:p>",
        f"<w:p>{box.format(given)}<w:r><w:t>sí</w:t></w:r>{box.format(taken)}<w:r><w:t>no</w:t></w:r></w:p>",
        "<w:p><w:r><w:sym w:font='Wingdings' w:char='F0FE'/><w:t> hecho</w:t></w:r></w:p>",
    )
    row = "".join(f"<w:tc>{cell}</w:tc>" for cell in cells)
    numbering = f'<w:numbering {W}><w:abstractNum w:abstractNumId="1">{level(0, "decimal", "%1.")}</w:abstractNum>'
    numbering += '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    document = f"<w:document {W}><w:body><w:tbl><w:tr>{row}</w:tr></w:tbl></w:body></w:document>"
    parts = {"word/document.xml": document.encode(), "word/numbering.xml": numbering.encode()}
    text = read_text("a.docx", changed(real("pandoc.docx"), parts))
    assert text.startswith("1. Zarpar | ☒ sí☐ no | ☑ hecho")
