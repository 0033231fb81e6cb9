"""A local model's card: what it is, what runs it here, and how faithfully."""

from __future__ import annotations

import html

from playground.page.parts.render import Renderer
from providers.types import ModelInfo
from providers.whitebox import ModelCard

REFERENCE = "reference"


def draw_model_card(show: Renderer, known: ModelCard, *, measurable: bool = False) -> str:
    """Folded; every row has a name, every number its unit. `measurable`: a button measures what is not known yet."""
    model = known.model
    rows: list[tuple[str, str]] = []
    if known.engine is not None:
        rows.append(("engine", show.text("card.chosen" if model.engine else "card.automatic", engine=known.engine)))
    if known.comparison != "done":
        rows.append(("fidelity", show.text(f"card.compared_{known.comparison}", engine=known.engine)))
    elif REFERENCE in known.nll:
        rows.append(("fidelity", "<br>".join(_measures(show, known))))
    if known.speeds:
        rows.append(("speed", "<br>".join(_speeds(show, known))))
    if known.resident:
        rows.append(("resident", ", ".join(known.resident)))
    if model.parameters:
        rows.append(("parameters", f"{show.number(model.parameters / 1e6, ',.0f')} M"))
    if model.context:
        rows.append(("context", show.text("card.tokens", count=model.context)))
    if model.size:
        rows.append(("download", f"{show.number(model.size / 1e6, ',.0f')} MB"))
    rows += [(name, value) for name, value in (("licence", model.licence), ("revision", model.revision)) if value]
    if model.languages:
        rows.append(("languages", ", ".join(show.language_name(one) for one in model.languages)))
    if known.bits:
        rows.append(("bits", "<br>".join(_bits(show, known))))
    body = "".join(_row(show, name, value) for name, value in rows)
    body += _draw_measure(show, model) if measurable and not known.bits else ""
    notes = "".join(f'<p class="quiet">{html.escape(show.text(f"card.{name}"))}</p>' for name in ("choose", "seed"))
    title = html.escape(show.text("card.title"))
    return f'<details class="card"><summary>{title}</summary><dl>{body}</dl>{notes}</details>'


def _row(show: Renderer, name: str, value: str) -> str:
    shown = "<br>".join(html.escape(line) for line in value.split("<br>"))
    hint = html.escape(show.text(f"card.{name}_hint"))
    return f'<div title="{hint}"><dt>{html.escape(show.text(f"card.{name}"))}</dt><dd>{shown}</dd></div>'


def _draw_measure(show: Renderer, model: ModelInfo) -> str:
    """The row of the languages, before they are measured (see `fetching.js`)."""
    hint, name = html.escape(show.text("card.bits_hint")), html.escape(show.text("card.bits"))
    said, ref = html.escape(show.text("card.bits_measure")), html.escape(model.ref)
    button = f'<button type="button" class="inline-button" data-act="measure" data-model="{ref}">{said}</button>'
    return f'<div title="{hint}"><dt>{name}</dt><dd>{button}</dd></div>'


def _bits(show: Renderer, known: ModelCard) -> list[str]:
    """The texts' languages, the one that the model reads best first."""
    return [
        show.text("card.bits_of", language=show.language_name(language), bits=show.number(bits, ".2f"))
        for language, bits in sorted(known.bits.items(), key=lambda one: one[1])
    ]


def _speeds(show: Renderer, known: ModelCard) -> list[str]:
    """The quickest for one reply first."""
    return [
        show.text(
            "card.speed_of",
            variant=variant,
            one=show.number(speed.one, ",.0f"),
            eight=show.number(speed.eight, ",.0f"),
            prompt=show.number(speed.prompt, ",.0f"),
        )
        for variant, speed in sorted(known.speeds.items(), key=lambda item: -item[1].one)
    ]


def _measures(show: Renderer, known: ModelCard) -> list[str]:
    """Each variant's surprise, and by how much it differs from the reference."""
    reference = known.nll[REFERENCE]
    lines = [show.text("card.reference", nats=show.number(reference, ".3f"))]
    for variant, nats in sorted(known.nll.items()):
        if variant == REFERENCE:
            continue
        share = show.number((nats - reference) / reference * 100, "+.2f")
        text = show.text("card.refused" if variant in known.refused else "card.measured", variant=variant, share=share)
        lines.append(text)
    return lines
