"""What diagrams (SmartArt) and charts of a slide say: a line a text, and a table of a chart's values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.table_names import HeaderSigns

if TYPE_CHECKING:
    from pptx.chart.chart import Chart
    from pptx.shapes.base import BaseShape

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"


def diagram_lines(shape: BaseShape) -> Iterator[str]:
    """The texts of a diagram in the order in which they were written; nothing for any other shape."""
    from lxml import etree

    named = next(shape._element.iter(f"{_DIAGRAM}relIds"), None)
    part = shape.part.rels.get(named.get(_RELATION, "")) if named is not None else None
    if part is None or part.is_external:
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for point in etree.fromstring(part.target_part.blob, parser).iter(f"{_DIAGRAM}pt"):
        text = " ".join("".join(run.text or "" for run in one.iter(f"{_A}t")) for one in point.iter(f"{_A}p"))
        if text.strip():
            yield f"• {text.strip()}"


def chart_lines(chart: Chart) -> Iterator[str]:
    """Its title, and a line a category with the values of all series."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield chart.chart_title.text_frame.text
    for plot in chart.plots:
        series = list(plot.series)
        names = ["", *(one.name or "" for one in series)]
        values = [list(one.values) for one in series]
        rows = [
            [str(category), *(column[place] if place < len(column) else None for column in values)]
            for place, category in enumerate(plot.categories)
        ]
        yield from tables.lines([names, *rows], HeaderSigns(told=1))
