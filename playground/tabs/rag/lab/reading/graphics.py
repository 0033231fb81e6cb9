"""What diagrams (SmartArt) and charts of an office file say: a line a text, and a table of a chart's values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.number_format import shown
from playground.tabs.rag.lab.reading.table_names import HeaderSigns

if TYPE_CHECKING:
    from docx.opc.part import Part as WordPart
    from lxml.etree import _Element as Element
    from pptx.opc.package import Part as SlidePart

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MOST_POINTS = 20_000


class _Series(NamedTuple):
    name: str
    labels: dict[int, str]
    """Categories, or x values, by their place."""
    values: dict[int, object]
    plotted: bool
    """Its points have two numbers each."""


def graphic_lines(graphic: Element, part: WordPart | SlidePart) -> Iterator[str]:
    """The lines of the diagram or the chart that a graphic of this part shows; nothing for what is neither."""
    diagram = next(graphic.iter(f"{_DIAGRAM}relIds"), None)
    chart = next(graphic.iter(f"{_C}chart"), None)
    if diagram is not None and (root := _root(part, diagram.get(f"{_RELATION}dm", ""))) is not None:
        yield from _diagram_lines(root)
    if chart is not None and (root := _root(part, chart.get(f"{_RELATION}id", ""))) is not None:
        yield from _chart_lines(root)


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
        if text := _written(point):
            yield f"• {text}"


def _chart_lines(root: Element) -> Iterator[str]:
    """Its title, and a line a category with the values of all series."""
    chart = root.find(f"{_C}chart")
    area = chart.find(f"{_C}plotArea") if chart is not None else None
    if chart is None or area is None:
        return
    if (title := chart.find(f"{_C}title")) is not None and (text := _written(title)):
        yield text
    axes = [text for found in area for title in found.findall(f"{_C}title") if (text := _written(title))]
    if axes:
        yield " | ".join(axes)
    series = [_series(one) for one in area.iter(f"{_C}ser")]
    for one in series:
        if one.plotted:
            rows: list[list[object]] = [["x", one.name or "y"]]
            yield from tables.lines([*rows, *_rows([one])], HeaderSigns(told=1))
    shared = [one for one in series if not one.plotted]
    for labels in {tuple(one.labels.items()): one.labels for one in shared}.values():
        alike = [one for one in shared if one.labels == labels]
        yield from tables.lines([["", *(one.name for one in alike)], *_rows(alike)], HeaderSigns(told=1))


def _rows(series: list[_Series]) -> Iterator[list[object]]:
    """A row a place at which some series has a value or a label."""
    places = {place for one in series for place in (*one.labels, *one.values)}
    for place in sorted(places):
        yield [series[0].labels.get(place, ""), *(one.values.get(place) for one in series)]


def _series(series: Element) -> _Series:
    name = series.find(f"{_C}tx")
    labels = series.find(f"{_C}cat")
    across, values = series.find(f"{_C}xVal"), series.find(f"{_C}val")
    plotted = across is not None or series.find(f"{_C}yVal") is not None
    labels, values = (across, series.find(f"{_C}yVal")) if plotted else (labels, values)
    said = " ".join(text for found in ([] if name is None else name.iter(f"{_C}v")) if (text := found.text))
    return _Series(said, {place: str(value) for place, value in _points(labels).items()}, _points(values), plotted)


def _points(cached: Element | None) -> dict[int, object]:
    """What the chart shows, by its place; of labels in several levels, all of them, the highest first."""
    found: dict[int, object] = {}
    if cached is None:
        return found
    levels = cached.findall(f".//{_C}lvl")
    for level in levels or [cached]:
        points = {_place(point): point for point in level.iter(f"{_C}pt")}
        form = next((one.text or "" for one in level.iter(f"{_C}formatCode")), "General")
        last: object = ""
        for place in range(min(max([*points, *found], default=-1) + 1, _MOST_POINTS)):
            if place in points:
                last = _value(points[place], form)
            elif level is cached or level is levels[0]:
                continue  # only a label of a higher level holds for those after it
            found[place] = f"{last} {found[place]}" if place in found else last
    return found


def _value(point: Element, form: str) -> object:
    """A number as it is shown, or a text."""
    text = next((one.text or "" for one in point.iter(f"{_C}v")), "")
    if next(point.iterancestors(f"{_C}numCache", f"{_C}numLit"), None) is None:
        return text
    try:
        return shown(float(text), point.get("formatCode") or form)
    except ValueError:
        return text


def _place(point: Element) -> int:
    said = point.get("idx", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0


def _written(element: Element) -> str:
    """Its paragraphs on one line."""
    paragraphs = ("".join(run.text or "" for run in one.iter(f"{A}t")) for one in element.iter(f"{A}p"))
    return " ".join(text.strip() for text in paragraphs if text.strip())
