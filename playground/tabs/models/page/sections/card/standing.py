"""Where the models stand among others: size against context, and size over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import plotly.graph_objects as go

from playground.page.parts.plots import MARKS, SERIES, template
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.standing import Standing, names_without_size, standings
from playground.tabs.models.page.pieces import count_of, draw_sentence
from providers.catalog import Catalog

_Point = Callable[[Standing], tuple[object, object]]


def plot_sizes(show: Renderer, catalog: Catalog, chosen: Sequence[str]) -> go.Figure:
    """Parameters (across) and context (up), both as powers of ten; those chosen, milestones, and the others."""
    known = [one for one in standings(catalog) if one.parameters and one.context]
    return _plot(show, known, chosen, lambda one: (one.parameters, one.context), ("axis_parameters", "axis_context"))


def plot_years(show: Renderer, catalog: Catalog, chosen: Sequence[str]) -> go.Figure:
    """When each was published (across) and its parameters (up, powers of ten)."""
    known = [one for one in standings(catalog) if one.parameters and one.published]
    figure = _plot(show, known, chosen, lambda one: (one.published, one.parameters), ("axis_year", "axis_parameters"))
    figure.update_xaxes(type="date", dtick="M12", tickformat="%Y")
    return figure


def draw_unknown(show: Renderer, catalog: Catalog) -> str:
    """Those that are not drawn, since nobody published their size."""
    names = ", ".join(names_without_size(standings(catalog)))
    return draw_sentence(show, "standing_unknown", names=names) if names else ""


def _plot(
    show: Renderer, known: Sequence[Standing], chosen: Sequence[str], at: _Point, axes: tuple[str, str]
) -> go.Figure:
    """`axes`: the texts of the titles, across and up."""
    figure = go.Figure()
    groups = {
        "group_chosen": [one for one in known if one.ref in chosen],
        "group_milestones": [one for one in known if one.milestone],
        "group_catalogue": [one for one in known if one.ref and one.ref not in chosen],
    }
    for number, (name, group) in enumerate(groups.items()):
        points = [at(one) for one in group]
        figure.add_scatter(
            x=[one[0] for one in points],
            y=[one[1] for one in points],
            mode="markers+text" if name != "group_catalogue" else "markers",
            text=[one.name for one in group],
            textposition="middle right" if name == "group_chosen" else "top center",
            name=show.text(f"models.{name}"),
            marker={"size": 13 if name == "group_chosen" else 9, "color": SERIES[number], "symbol": MARKS[number]},
            customdata=[_describe(show, one) for one in group],
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    figure.update_layout(template=template(show), height=420, dragmode=False)
    for axis, title in zip((figure.update_xaxes, figure.update_yaxes), axes, strict=True):
        axis(title_text=show.text(f"models.{title}"), type="log", rangemode="normal", dtick=1)
    return figure


def _describe(show: Renderer, one: Standing) -> str:
    size = count_of(show, one.parameters) if one.parameters else show.text("models.unknown")
    context = show.number(one.context, ",") if one.context else show.text("models.unknown")
    year = str(one.published.year) if isinstance(one.published, date) else show.text("models.unknown")
    return show.text("models.standing_told", name=one.name, parameters=size, context=context, year=year) + (
        f"<br>{one.source}" if one.source else ""
    )
