"""Slides: their order, and what charts, diagrams and formulas say."""

import io

import pytest

from .written import read_text

MAIN = "http://schemas.openxmlformats.org/drawingml/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"


def blank():
    from pptx import Presentation

    show = Presentation()
    return show, show.slides.add_slide(show.slide_layouts[6])


def text_of(show) -> str:
    kept = io.BytesIO()
    show.save(kept)
    return read_text("a.pptx", kept.getvalue())


def put(slide, left, top, width, height, text):
    slide.shapes.add_textbox(left, top, width, height).text_frame.text = text


def charted(kind, categories, series, title="", number_format="General"):
    from pptx.chart.data import CategoryChartData

    show, slide = blank()
    given = CategoryChartData(number_format)
    given.categories = categories
    for name, values in series.items():
        given.add_series(name, values)
    chart = slide.shapes.add_chart(kind, 0, 0, 5_000_000, 3_000_000, given).chart
    if title:
        chart.has_title = True
        chart.chart_title.text_frame.text = title
    return show, chart


def test_a_chart_is_a_table_of_its_values():
    from pptx.enum.chart import XL_CHART_TYPE

    values = {"2023": (4, 5.5), "2024": (6, None)}
    show, chart = charted(XL_CHART_TYPE.COLUMN_CLUSTERED, ["Ea", "Getaria"], values, "Capturas")
    assert text_of(show) == "Capturas\n2023 | 2024\nEa; 2023: 4; 2024: 6\nGetaria; 2023: 5.5"
    chart.value_axis.has_title = chart.category_axis.has_title = True
    chart.value_axis.axis_title.text_frame.text = "toneladas"
    chart.category_axis.axis_title.text_frame.text = "puerto"
    assert text_of(show).split("\n")[1] == "puerto | toneladas"


@pytest.mark.parametrize("kind", ["pieChart", "pie3DChart", "bar3DChart", "line3DChart", "ofPieChart", "surfaceChart"])
def test_a_chart_of_any_kind_is_read_with_its_percents(kind):
    from pptx.enum.chart import XL_CHART_TYPE

    show, chart = charted(XL_CHART_TYPE.PIE, ["bonito", "anchoa"], {"Lonja": (0.7, 0.3)}, number_format="0%")
    plot = next(one for one in chart._chartSpace.iter() if one.tag.endswith("}pieChart"))
    plot.tag = plot.tag.replace("pieChart", kind)
    assert text_of(show).endswith("Lonja\nbonito; Lonja: 70%\nanchoa; Lonja: 30%")


def test_points_of_a_chart_have_two_numbers():
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE

    show, slide = blank()
    given = XyChartData()
    series = given.add_series("eslora")
    for x, y in ((12, 3.5), (24, 7)):
        series.add_data_point(x, y)
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, 0, 0, 5_000_000, 3_000_000, given)
    assert text_of(show).endswith("x | eslora\nx: 12; eslora: 3.5\nx: 24; eslora: 7")


def test_labels_in_two_levels_are_both_said():
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    show, slide = blank()
    given = CategoryChartData()
    for year in ("2023", "2024"):
        category = given.add_category(year)
        for season in ("costera", "invernada"):
            category.add_sub_category(season)
    given.add_series("Barcos", (4, 2, 6, 3))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 5_000_000, 3_000_000, given)
    assert text_of(show).split("\n")[1:] == [
        "2023 costera; Barcos: 4",
        "2023 invernada; Barcos: 2",
        "2024 costera; Barcos: 6",
        "2024 invernada; Barcos: 3",
    ]


def graphic(slide, kind: str, inner: str, choice: bool = False) -> None:
    from pptx.oxml import parse_xml

    frame = (
        '<p:nvGraphicFramePr><p:cNvPr id="9" name="d"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
        '<p:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></p:xfrm><a:graphic>'
        f'<a:graphicData uri="{kind}">{inner}</a:graphicData></a:graphic>'
    )
    slide.shapes._spTree.append(parse_xml(_chosen(f"<p:graphicFrame>{frame}</p:graphicFrame>", choice)))


def _chosen(element: str, choice: bool) -> str:
    names = f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="{MAIN}/main"'
    if not choice:
        return element.replace(">", f" {names}>", 1)
    old = "<p:sp><p:txBody><a:bodyPr/><a:p><a:r><a:t>Your program is too old.</a:t></a:r></a:p></p:txBody></p:sp>"
    return (
        f'<mc:AlternateContent {names} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main">'
        f'<mc:Choice Requires="a14">{element}</mc:Choice><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>'
    )


def part_of(slide, kind: str, content: str) -> str:
    """The name of a relationship to a part with this content."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    part = Part(PackURI("/ppt/more/data1.xml"), "application/xml", slide.part.package, content.encode())
    return slide.part.relate_to(part, kind)


def test_a_diagram_gives_its_texts():
    point = '<dgm:pt modelId="{}"><dgm:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt>'
    points = "".join(point.format(n, text) for n, text in enumerate(("Redes", "Anzuelos", "")))
    content = f'<dgm:dataModel xmlns:dgm="{MAIN}/diagram" xmlns:a="{MAIN}/main">'
    content += f"<dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"
    show, slide = blank()
    named = part_of(slide, f"{OFFICE}/relationships/diagramData", content)
    names = f'xmlns:dgm="{MAIN}/diagram" xmlns:r="{OFFICE}/relationships"'
    graphic(slide, f"{MAIN}/diagram", f'<dgm:relIds {names} r:dm="{named}"/>')
    assert text_of(show) == "• Redes\n• Anzuelos"


def test_a_chart_of_a_newer_kind_is_read_and_not_what_old_programs_are_told():
    newer = "http://schemas.microsoft.com/office/drawing/2014/chartex"
    point, level = "<cx:pt idx='{}'>{}</cx:pt>", "<cx:{0}Dim><cx:lvl>{1}</cx:lvl></cx:{0}Dim>"
    columns = {"str": ("Vistos", "Subidos"), "num": ("40", "12")}
    levels = "".join(
        level.format(kind, "".join(point.format(n, text) for n, text in enumerate(texts)))
        for kind, texts in columns.items()
    )
    title = "<cx:title><cx:tx><cx:rich><a:p><a:r><a:t>Embudo</a:t></a:r></a:p></cx:rich></cx:tx></cx:title>"
    content = f'<cx:chartSpace xmlns:cx="{newer}" xmlns:a="{MAIN}/main"><cx:chartData><cx:data id="0">{levels}'
    content += f"</cx:data></cx:chartData><cx:chart>{title}</cx:chart></cx:chartSpace>"
    show, slide = blank()
    named = part_of(slide, "http://schemas.microsoft.com/office/2014/relationships/chartEx", content)
    chart = f'<cx:chart xmlns:cx="{newer}" xmlns:r="{OFFICE}/relationships" r:id="{named}"/>'
    graphic(slide, newer, chart, choice=True)
    assert text_of(show) == "Embudo\nVistos | 40\nSubidos | 12"


def test_a_text_with_a_formula_is_read():
    from pptx.oxml import parse_xml

    square = "<m:sSup><m:e><m:r><m:t>r</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    formula = f'<a14:m><m:oMath xmlns:m="{OFFICE}/math">{square}</m:oMath></a14:m>'
    shape = (
        '<p:sp><p:nvSpPr><p:cNvPr id="7" name="t"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>El área es π</a:t></a:r>{formula}<a:r><a:t>siempre.</a:t></a:r></a:p>"
        "</p:txBody></p:sp>"
    )
    show, slide = blank()
    slide.shapes._spTree.append(parse_xml(_chosen(shape, choice=True)))
    assert text_of(show) == "El área es π r^2 siempre."


def test_a_comparison_is_read_column_by_column():
    from pptx import Presentation

    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[4])
    for place, text in enumerate(("Redes", "Cerco", "rápido", "Palangre", "lento")):
        slide.placeholders[place].text_frame.text = text
    assert text_of(show).split("\n\n") == ["Redes", "Cerco", "rápido", "Palangre", "lento"]


def test_boxes_are_read_as_they_stand():
    show, slide = blank()
    put(slide, 0, 6_000_000, 9_000_000, 400_000, "pie")
    for column, name in enumerate(("uno", "dos", "tres")):
        put(slide, 3_000_000 * column, 2_600_000 + 1000 * column, 2_500_000, 900_000, f"{name} abajo")
        put(slide, 3_000_000 * column, 1_500_000 - 1000 * column, 2_500_000, 900_000, f"{name} arriba")
    put(slide, 0, 200_000, 9_000_000, 400_000, "cabecera")
    columns = [f"{one} {where}" for one in ("uno", "dos", "tres") for where in ("arriba", "abajo")]
    assert text_of(show).split("\n\n") == ["cabecera", *columns, "pie"]


def test_steps_that_alternate_keep_their_order():
    show, slide = blank()
    for step in range(4):
        put(slide, 5_000_000 * (step % 2), 1_000_000 * step, 4_000_000, 600_000, f"paso {step}")
    assert text_of(show).split("\n\n") == [f"paso {step}" for step in range(4)]
