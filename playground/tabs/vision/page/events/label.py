"""Labels: what contrastive models make of the words that a visitor offers, as bars."""

from __future__ import annotations

import html
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import gradio as gr

from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.vision.lab.labels import MOST_LABEL, Labelled, candidates
from playground.tabs.vision.page.drawing.columns import names
from playground.tabs.vision.page.drawing.pieces import alert, noticed, say, told, word
from playground.tabs.vision.visit.visits import VisionVisits
from playground.visitors.checks import checked_text
from providers.errors import InputError, PlaygroundError
from providers.labels import ContrastiveInfo, Fit

_IDLE = (gr.update(visible=True), gr.update(visible=False))
_BUSY = (gr.update(visible=False), gr.update(visible=True))


def offered(show: Renderer, models: Sequence[ContrastiveInfo]) -> list[tuple[str, str]]:
    """The models as a group of boxes has them: name, size, licence."""
    named = ((one.name, _millions(one), one.licence or "") for one in models)
    titles = (" · ".join(part for part in parts if part) for parts in named)
    return [(title, one.ref) for title, one in zip(titles, models, strict=True)]


def _millions(info: ContrastiveInfo) -> str:
    return f"{info.parameters / 1e6:.0f} M" if info.parameters else ""


async def compare(
    app: App[VisionVisits], who: Who, picture: object, labels: object, template: object, models: object
) -> AsyncGenerator[list[object]]:
    """Updates of the bars, run and stop."""
    show = app.show(who)
    busy: tuple[object, object] = _BUSY
    try:
        wanted = candidates(checked_text(labels or "", app.bounds))
        sentence = checked_template(template)
        number = picture if isinstance(picture, int) else 0
        if not app.visits.session(who.visitor).pictures:
            raise InputError("no_image")
        latest: tuple[Labelled, ...] = ()
        comparing = app.visits.label(who.visitor, number, wanted, names(models), sentence)
        async with aclosing(comparing) as snapshots:
            async for latest in snapshots:
                yield [bars(show, latest), *busy]
                busy = (gr.skip(), gr.skip())
        seen = any(one.fits for one in latest)
        yield [bars(show, latest) + (noticed(show, "labels") if seen else ""), *_IDLE]
    except PlaygroundError as error:
        yield [alert(show, error, "no_labels"), *_IDLE]


def checked_template(value: object) -> str | None:
    """A sentence with one {} for the label; nothing for the model's own. Raises `InputError("template")`."""
    sentence = " ".join(str(value or "").split())
    if not sentence:
        return None
    if sentence.count("{}") != 1 or len(sentence) > MOST_LABEL:
        raise InputError("template")
    return sentence


def bars(show: Renderer, found: Sequence[Labelled]) -> str:
    """Each model's labels, the best first, with what its measure means."""
    return "".join(_model(show, one) for one in found)


def _model(show: Renderer, it: Labelled) -> str:
    title = html.escape(it.info.name)
    head = f'<h4 class="part">{title} <small>{word(show, it.info.measure)}</small></h4>'
    if it.failure is not None:
        return head + show.alert(it.failure)
    if not it.fits:
        waiting = html.escape(show.waiting(it.progress)) if it.progress else say(show, "label_waiting")
        return f'{head}<p class="told" role="status">{waiting}</p>'
    heads = "".join(f'<th scope="col">{say(show, f"label_{name}")}</th>' for name in ("name", "probability", "score"))
    rows = "".join(_fit(one) for one in sorted(it.fits, key=lambda one: -one.probability))
    return f'{head}<table class="fits"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _fit(it: Fit) -> str:
    share = f"{it.probability:.1%}".replace("%", " %")
    return (
        f'<tr><th scope="row">{html.escape(it.label)}</th><td class="share">'
        f'<i style="--share:{it.probability:.4f}"></i><span>{share}</span></td>'
        f'<td class="number">{_signed(it.score)}</td></tr>'
    )


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def opened(app: App[VisionVisits], who: Who) -> list[object]:
    """The models there are, the first one ticked, and what there is to try."""
    show, models = app.show(who), app.visits.labellers(who.visitor)
    first = [one.ref for one in models[:1]]
    return [gr.update(choices=offered(show, models), value=first), told(show, "label_empty")]
