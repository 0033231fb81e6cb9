"""Labels: what contrastive models make of the words that a visitor offers, as bars."""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence

from playground.page.parts.measures import draw_heads
from playground.page.parts.model_labels import Whereabouts
from playground.page.parts.render import Renderer
from playground.tabs.vision.lab.labels import Labelled
from playground.tabs.vision.page.drawing.pieces import draw_term, say
from providers.labels import ContrastiveInfo, Fit


def label_model_choices(
    show: Renderer, models: Sequence[ContrastiveInfo], held: Collection[str]
) -> list[tuple[str, str]]:
    """The models as a group of boxes has them: name, where it is, size, licence. `held` are those that are here."""
    placed = [show.place(Whereabouts(one.local, one.ref in held, one.size, one.parameters)) for one in models]
    named = (
        (one.name, where, _millions(show, one), one.licence or "") for one, where in zip(models, placed, strict=True)
    )
    titles = (" · ".join(part for part in parts if part) for parts in named)
    return [(title, one.ref) for title, one in zip(titles, models, strict=True)]


def _millions(show: Renderer, info: ContrastiveInfo) -> str:
    return f"{show.number(info.parameters / 1e6, ',.0f')} M" if info.parameters else ""


def draw_labels(show: Renderer, found: Sequence[Labelled]) -> str:
    """Each model's labels, the best first, with what its measure means."""
    return "".join(_model(show, one) for one in found)


def _model(show: Renderer, it: Labelled) -> str:
    title = html.escape(it.info.name)
    head = f'<h4 class="part">{title} <small>{draw_term(show, it.info.measure)}</small></h4>'
    if it.failure is not None:
        return head + show.alert(it.failure)
    if not it.fits:
        waiting = html.escape(show.waiting(it.progress)) if it.progress else say(show, "label_waiting")
        return f'{head}<p class="told" role="status">{waiting}</p>'
    heads = draw_heads(say(show, f"label_{name}") for name in ("name", "probability", "score"))
    rows = "".join(_fit(show, one) for one in sorted(it.fits, key=lambda one: -one.probability))
    return f'{head}<table class="fits"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _fit(show: Renderer, it: Fit) -> str:
    share = show.number(it.probability, ".1%")
    return (
        f'<tr><th scope="row">{html.escape(it.label)}</th><td class="share">'
        f'<i style="--share:{it.probability:.4f}"></i><span>{share}</span></td>'
        f'<td class="number">{_format_signed(show, it.score)}</td></tr>'
    )


def _format_signed(show: Renderer, value: float) -> str:
    return show.number(value, ".2f").replace("-", "−")
