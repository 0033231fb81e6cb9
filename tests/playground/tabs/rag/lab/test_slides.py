"""What charts and diagrams of a slide say."""

import io

from .written import read_text


def test_a_chart_is_a_table_of_its_values():
    from pptx import Presentation
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    given = CategoryChartData()
    given.categories = ["Ea", "Getaria"]
    given.add_series("2023", (4, 5.5))
    given.add_series("2024", (6, None))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 5_000_000, 3_000_000, given).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Capturas"
    kept = io.BytesIO()
    show.save(kept)
    found = read_text("a.pptx", kept.getvalue())
    assert found == "Capturas\n2023 | 2024\nEa; 2023: 4; 2024: 6\nGetaria; 2023: 5.5"


def test_a_diagram_gives_its_texts():
    from pptx import Presentation
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI
    from pptx.oxml import parse_xml

    main = "http://schemas.openxmlformats.org/drawingml/2006"
    point = '<dgm:pt modelId="{}"><dgm:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt>'
    points = "".join(point.format(n, text) for n, text in enumerate(("Redes", "Anzuelos", "")))
    content = f'<dgm:dataModel xmlns:dgm="{main}/diagram" xmlns:a="{main}/main">'
    content += f"<dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    kind = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    part = Part(PackURI("/ppt/diagrams/data1.xml"), kind, show.part.package, content.encode())
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    named = slide.part.relate_to(part, f"{office}/diagramData")
    frame = (
        f'<p:graphicFrame xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="{main}/main">'
        '<p:nvGraphicFramePr><p:cNvPr id="9" name="d"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
        '<p:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></p:xfrm><a:graphic>'
        f'<a:graphicData uri="{main}/diagram">'
        f'<dgm:relIds xmlns:dgm="{main}/diagram" xmlns:r="{office}" r:dm="{named}"/>'
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )
    slide.shapes._spTree.append(parse_xml(frame))
    kept = io.BytesIO()
    show.save(kept)
    assert read_text("a.pptx", kept.getvalue()) == "• Redes\n• Anzuelos"
