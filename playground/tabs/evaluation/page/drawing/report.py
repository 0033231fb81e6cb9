"""A run as one page of HTML that prints: nothing is fetched, no script runs in it."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.measuring.export import plain_markdown
from playground.measuring.kinds import MeasurementKind, RunFile
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import StoredRun
from playground.page.parts.energy import carbon_text, energy_text
from playground.page.parts.render import Renderer
from playground.page.parts.run_items import PAGE, draw_run_items
from playground.tabs.evaluation.lab.comparison import ComparedLine
from playground.tabs.evaluation.page.drawing.compare import left_text

_MARKDOWN = ("corrected", "needed", "ece", "auc", "energy", "carbon", "left")
_STYLE = """
:root { color-scheme: light; }
body { font: 14px/1.45 "Source Sans 3", "Source Sans Pro", system-ui, sans-serif; color: #1e293b; margin: 2rem auto;
  max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h4 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; } h4 small { display: block; color: #475569;
  font-weight: 400; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; page-break-inside: auto; }
th, td { border-top: 1px solid #e2e8f0; padding: 5px 10px 5px 0; text-align: left; vertical-align: top;
  font-weight: 400; }
thead th { border-top: 0; color: #475569; } tbody th { font-weight: 600; } tr { page-break-inside: avoid; }
.questions tbody th { font-weight: 400; } .questions button { all: unset; }
.quiet, small { color: #475569; } .right { color: #15803d; } .wrong { color: #b91c1c; } .share { font-weight: 650; }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 50%; background: var(--swatch);
  margin-right: 7px; }
.whisker { display: block; margin-bottom: 4px; position: relative; width: 90px; height: 10px;
  border-bottom: 1px solid #cbd5e1; }
.whisker i { position: absolute; top: 4px; height: 3px; background: var(--swatch); }
.whisker b { position: absolute; top: 1px; width: 8px; height: 8px; margin-left: -4px; border-radius: 50%;
  background: var(--swatch); }
.diagrams { display: flex; flex-wrap: wrap; gap: 1rem; } .diagram { margin: 0; width: 300px; break-inside: avoid; }
.square { width: 100%; font-size: 11px; } .square path { fill: none; } .square .grid { stroke: #e2e8f0; }
.square .even { stroke: #64748b; stroke-dasharray: 3 4; } .square .line { stroke: var(--swatch); stroke-width: 2; }
.square circle { fill: var(--swatch); } .square .tick { fill: #475569; }
.words-used, .run-settings summary, p:has(+ .questions-scroll) { display: none; }
.notice { border-left: 3px solid #b45309; padding-left: .6rem; }
@media print { body { margin: 0; max-width: none; } details { display: block; } }
"""


def report(show: Renderer, kind: MeasurementKind[Renderer], run: StoredRun, outcomes: Outcomes) -> RunFile:
    """Result, then the first questions with their marks."""
    title = html.escape(run.name)
    body = kind.draw(show, run, outcomes).replace("<details", "<details open")  # nothing can be unfolded on paper
    items = draw_run_items(show, kind.title_columns(show, run).description, outcomes)
    more = ""
    if len(run.description.items) > PAGE:
        more = f'<p class="quiet">{html.escape(show.text("evaluation.report_more", count=PAGE))}</p>'
    made = html.escape(show.text("evaluation.report_made", when=show.moment(run.created)))
    content = (
        f'<!doctype html><html lang="{html.escape(show.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f'<p class="quiet">{made}</p>{body}{items}{more}</body></html>\n'
    )
    return RunFile(name=f"aula-{run.id}.html", type="text/html", content=content)


def markdown_took(show: Renderer, lines: Sequence[ComparedLine]) -> str:
    """What a report in Markdown says of a comparison besides: corrected p, questions needed, how sure it was,
    energy, what was sent."""
    heads = [show.text("evaluation.model_head"), *(show.text(f"evaluation.{name}_head") for name in _MARKDOWN)]
    rows = [f"## {show.text('evaluation.took_title')}", "", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for line in lines:
        cells = [
            line.column.label,
            "" if line.corrected is None else show.number(line.corrected, ".3g"),
            "" if line.needed is None else show.number(line.needed),
            "" if line.sure is None else show.number(line.sure.error, ".3f"),
            "" if line.sure is None or line.sure.auc is None else show.number(line.sure.auc, ".3f"),
            *(html.unescape(one) for one in (energy_text(show, line.energy), carbon_text(show, line.energy))),
            html.unescape(left_text(show, line)),
        ]
        rows.append(f"| {' | '.join(map(plain_markdown, cells))} |")
    return "\n".join(rows) + "\n"
