"""What diagrams (SmartArt) and charts of an office file say: a line a text, and a table of a chart's values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.cleaning import whole_number
from playground.tabs.rag.lab.reading.number_format import format_value

if TYPE_CHECKING:
    from docx.opc.part import Part as WordPart
    from lxml.etree import _Element as Element
    from pptx.opc.package import Part as SlidePart

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_NEWER = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MOST_POINTS = 20_000


class _Series(NamedTuple):
    name: str
    labels: dict[int, str]
    """Categories, or x values, by their place."""
    values: dict[int, str]
    plotted: bool
    """Its points have two numbers each."""


def graphic_lines(graphic: Element, part: WordPart | SlidePart) -> Iterator[str]:
    """The lines of the diagram or the chart that a graphic of this part shows; nothing for what is neither."""
    diagram, chart = graphic.find(f"{_DIAGRAM}relIds"), graphic.find(f"{_C}chart")
    if diagram is not None and (root := _root(part, diagram.get(f"{_RELATION}dm", ""))) is not None:
        yield from _diagram_lines(root)
    if chart is not None and (root := _root(part, chart.get(f"{_RELATION}id", ""))) is not None:
        yield from _chart_lines(root)
    newer = graphic.find(f"{_NEWER}chart")
    if newer is not None and (root := _root(part, newer.get(f"{_RELATION}id", ""))) is not None:
        yield from _newer_chart_lines(root)


def _root(part: WordPart | SlidePart, name: str) -> Element | None:
    from lxml import etree

    relation = part.rels.get(name)
    if relation is None or relation.is_external:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(relation.target_part.blob, parser)


def _diagram_lines(root: Element) -> Iterator[str]:
    """Its texts in the order in which they were written."""
    for point in root.iter(f"{_DIAGRAM}pt"):
        if text := _read_text(point):
            yield f"• {text}"


def _chart_lines(root: Element) -> Iterator[str]:
    """Its title, and a line a category with the values of all series."""
    chart = root.find(f"{_C}chart")
    area = chart.find(f"{_C}plotArea") if chart is not None else None
    if chart is None or area is None:
        return
    if (title := chart.find(f"{_C}title")) is not None and (text := _read_text(title)):
        yield text
    axes = [text for found in area for title in found.findall(f"{_C}title") if (text := _read_text(title))]
    if axes:
        yield " | ".join(axes)
    series = [_series(one) for one in area.iter(f"{_C}ser")]
    for one in series:
        if one.plotted:
            yield from _rows([one], "x")
    shared = [one for one in series if not one.plotted]
    for labels in {tuple(one.labels.items()): one.labels for one in shared}.values():
        yield from _rows([one for one in shared if one.labels == labels], "")


def _newer_chart_lines(root: Element) -> Iterator[str]:
    """Of a chart of the kinds that Office has since 2016, such as funnels and treemaps."""
    for title in root.iter(f"{_NEWER}title"):
        yield _read_text(title)
    for data in root.iter(f"{_NEWER}data"):
        levels = [level.iter(f"{_NEWER}pt") for level in data.iter(f"{_NEWER}lvl")]
        columns = [{whole_number(one.get("idx")): one.text or "" for one in points} for points in levels]
        places = sorted({place for column in columns for place in column})
        yield from tables.lines([column.get(place) for column in columns] for place in places)


def _rows(series: list[_Series], labelled: str) -> Iterator[str]:
    """The names of the series, and a line a place at which one of them has a value, each named."""
    yield " | ".join(filter(None, (labelled, *(one.name for one in series))))
    for place in sorted({place for one in series for place in (*one.labels, *one.values)}):
        label = series[0].labels.get(place, "")
        named = [label if not labelled else f"{labelled}: {label}"] if label else []
        values = ((one.name, one.values.get(place, "")) for one in series)
        yield "; ".join([*named, *(f"{name}: {value}" if name else value for name, value in values if value)])


def _series(series: Element) -> _Series:
    name = series.find(f"{_C}tx")
    labels = series.find(f"{_C}cat")
    across, values = series.find(f"{_C}xVal"), series.find(f"{_C}val")
    plotted = across is not None or series.find(f"{_C}yVal") is not None
    labels, values = (across, series.find(f"{_C}yVal")) if plotted else (labels, values)
    said = " ".join(text for found in ([] if name is None else name.iter(f"{_C}v")) if (text := found.text))
    return _Series(said, _points(labels), _points(values), plotted)


def _points(cached: Element | None) -> dict[int, str]:
    """What the chart shows, by its place; of labels in several levels, all of them, the highest first."""
    found: dict[int, str] = {}
    if cached is None:
        return found
    levels = cached.findall(f".//{_C}lvl")
    for level in levels or [cached]:
        points = {whole_number(point.get("idx")): point for point in level.iter(f"{_C}pt")}
        form = next((one.text or "" for one in level.iter(f"{_C}formatCode")), "General")
        last = ""
        for place in range(min(max([*points, *found], default=-1) + 1, _MOST_POINTS)):
            if place in points:
                last = _value(points[place], form)
            elif level is cached or level is levels[0]:
                continue  # only a label of a higher level holds for those after it
            found[place] = f"{last} {found[place]}" if place in found else last
    return found


def _value(point: Element, form: str) -> str:
    """A number as it is shown, or a text."""
    text = next((one.text or "" for one in point.iter(f"{_C}v")), "")
    if next(point.iterancestors(f"{_C}numCache", f"{_C}numLit"), None) is None:
        return text
    try:
        value = format_value(float(text), point.get("formatCode") or form)
    except ValueError:
        return text
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _read_text(element: Element) -> str:
    """Its paragraphs on one line."""
    paragraphs = ("".join(run.text or "" for run in one.iter(f"{A}t")) for one in element.iter(f"{A}p"))
    return " ".join(text.strip() for text in paragraphs if text.strip())
