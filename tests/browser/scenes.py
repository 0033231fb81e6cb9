"""Every tab with something on it, for whoever looks how the page lies on a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Page, expect

from playground.tabs.models.page.tab import find_sections
from tests.browser.driving import ask, open_panel, settle, slide


@dataclass(frozen=True)
class Scene:
    """A tab with something on it. `tab`: its place in the row of tabs, `mode`: of its own tabs; `fill` puts something
    there, `result` is what one looks for then, `box` what must stay on the screen."""

    tab: int
    fill: Callable[[Page], None]
    result: str
    modes: str = ""
    mode: int = 0
    box: str = ""

    def open(self, page: Page) -> None:
        page.evaluate("scrollTo(0, 0)")
        page.locator("#tabs > .tab-wrapper").first.get_by_role("tab").nth(self.tab).click()
        if self.modes:
            page.locator(self.modes).get_by_role("tab").nth(self.mode).click()
            settle(page)
        self.fill(page)


def fill_chat(page: Page) -> None:
    ask(page, "The capital of France is")


def fill_sampling(page: Page) -> None:
    page.locator("#sampling-example").click()
    expect(page.locator("#sampling-choice .bars").first).to_be_visible()


def fill_steps(page: Page) -> None:
    page.locator("#sampling-more").click()
    expect(page.locator("#sampling-path [data-node]")).to_have_count(20)
    expect(page.locator("#sampling-stop")).to_have_count(0)


def fill_sweep(page: Page) -> None:
    page.locator("#sweep-example").click()
    expect(page.locator("#sweep-plot .js-plotly-plot")).to_be_visible()


def fill_cards(page: Page) -> None:
    page.locator("#prompting-example").click()
    expect(page.locator("#prompting-cards .noticing")).to_be_visible()


def fill_set(page: Page) -> None:
    page.locator("#measure-example").click()
    expect(page.locator("#measure-accuracy .js-plotly-plot")).to_be_visible()
    page.locator("#measure-items [data-item]").first.click()
    expect(page.locator("#measure-item .opened")).to_be_visible()


def fill_strategy_runs(page: Page) -> None:
    expect(page.locator("#runs-list [data-run]").first).to_be_visible()


def fill_rag(page: Page) -> None:
    page.locator("#rag-example").click()
    expect(page.locator("#rag-current .noticing")).to_be_visible()


def fill_rag_search(page: Page) -> None:
    page.locator("#rag-search-question textarea").fill("museum tours")
    page.locator("#rag-search").click()
    expect(page.locator("#rag-found .passage").first).to_be_visible()


def fill_rag_inside(page: Page) -> None:
    page.locator("#rag-chunks [data-near]").first.click()
    expect(page.locator("#rag-near li").first).to_be_visible()
    page.locator("#rag-map-draw").click()
    expect(page.locator("#rag-map .xtitle")).to_be_visible()


def fill_rag_measure(page: Page) -> None:
    page.locator("#rag-measure-example").click()
    expect(page.locator("#rag-measure-confirm, #rag-measure-plot .js-plotly-plot").first).to_be_visible()
    if page.locator("#rag-measure-confirm").is_visible():
        page.locator("#rag-measure-confirm").click()
    expect(page.locator("#rag-measure-plot .js-plotly-plot")).to_be_visible()


def fill_vision(page: Page) -> None:
    page.locator("#vision-example").click()
    expect(page.locator("#vision-notice .noticing")).to_be_visible()


def fill_labels(page: Page) -> None:
    page.locator("#vision-label-example").click()
    expect(page.locator("#vision-bars .fits tbody tr").first).to_be_visible()


def fill_vision_measure(page: Page) -> None:
    page.locator("#vision-count input[type=number]").fill("4")
    page.locator("#vision-measure-run").click()
    expect(page.locator("#vision-plot .js-plotly-plot")).to_be_visible()


def fill_compare(page: Page) -> None:
    page.locator("#compare-example").click()
    expect(page.locator("#compare-items [data-item]").first).to_be_visible()
    page.locator("#compare-items [data-item]").first.click()
    expect(page.locator("#compare-item .opened")).to_be_visible()


def fill_metrics(page: Page) -> None:
    expect(page.locator("#microscope-result .candidate-words")).to_be_visible()
    many = page.locator("#many > button")
    if "open" not in (many.get_attribute("class") or ""):
        many.click()
    page.locator("#many-example").click()
    expect(page.locator("#many-result table").first).to_be_visible()


def fill_judge(page: Page) -> None:
    page.locator("#judge-start").click()
    expect(page.locator("#judge-pairs .pair-answers").first).to_be_visible()


def open_run(kind: str, page: Page) -> None:
    """The newest kept run of that kind."""
    page.locator(f"#all-runs [data-kind={kind}] button").first.click()
    expect(page.locator("#all-runs-drawn table").first).to_be_visible()
    item = page.locator("#all-runs-items [data-item]")
    expect(item.first).to_be_visible()
    item.first.click()
    expect(page.locator("#all-runs-item .opened")).to_be_visible()


SCENES = {
    "chat": Scene(0, fill_chat, "#chat-0 [data-testid=bot]", box="#message textarea"),
    "sampling-next": Scene(1, fill_sampling, "#sampling-choice .bars", "#sampling-modes", 0, "#sampling-sliders"),
    "sampling-steps": Scene(1, fill_steps, "#sampling-path [data-node]", "#sampling-modes", 1, "#sampling-sliders"),
    "sampling-sweep": Scene(1, fill_sweep, "#sweep-grid td", "#sampling-modes", 2),
    "prompting-question": Scene(2, fill_cards, "#prompting-cards .attempt", "#prompting-modes", 0),
    "prompting-set": Scene(2, fill_set, "#measure-table .results", "#prompting-modes", 1),
    "prompting-runs": Scene(2, fill_strategy_runs, "#runs-list [data-run]", "#prompting-modes", 2),
    "rag-ask": Scene(3, fill_rag, "#rag-current .answer", "#rag-modes", 0, "#rag-question textarea"),
    "rag-search": Scene(3, fill_rag_search, "#rag-found .passage", "#rag-modes", 1),
    "rag-inside": Scene(3, fill_rag_inside, "#rag-map .js-plotly-plot", "#rag-modes", 2),
    "rag-measure": Scene(3, fill_rag_measure, "#rag-measure-table .results", "#rag-modes", 3),
    "vision-ask": Scene(
        4, fill_vision, "#vision-chat-0 [data-testid=bot]", "#vision-modes", 0, "#vision-question textarea"
    ),
    "vision-labels": Scene(4, fill_labels, "#vision-bars .fits", "#vision-modes", 1),
    "vision-measure": Scene(4, fill_vision_measure, "#vision-table .results", "#vision-modes", 2),
    "evaluation-compare": Scene(6, fill_compare, "#compare-table .results", "#evaluation-modes", 0),
    "evaluation-metrics": Scene(6, fill_metrics, "#microscope-result .results", "#evaluation-modes", 1),
    "evaluation-judge": Scene(6, fill_judge, "#judge-pairs .attempt", "#evaluation-modes", 2),
    "evaluation-runs": Scene(6, partial(open_run, "comparison"), "#all-runs-drawn .results", "#evaluation-modes", 3),
    "evaluation-strategies": Scene(
        6, partial(open_run, "strategies"), "#all-runs-drawn .results", "#evaluation-modes", 3
    ),
    "evaluation-searches": Scene(6, partial(open_run, "retrieval"), "#all-runs-drawn .results", "#evaluation-modes", 3),
    "evaluation-seeing": Scene(6, partial(open_run, "vision"), "#all-runs-drawn .results", "#evaluation-modes", 3),
}
FIRST = ("sampling-next", "prompting-set", "rag-ask")
"""What every run of the tests looks at; the others are of the lane `long`."""


def fill_card(page: Page) -> None:
    expect(page.locator("#card-table table")).to_be_visible()
    expect(page.locator("#card-diagrams figure").first).to_be_visible()


def fill_tokens(page: Page) -> None:
    page.locator("#tokens-example").click()
    expect(page.locator("#tokens-shown figure")).to_have_count(2)


def fill_attention(page: Page) -> None:
    page.locator("#attention-example").click()
    expect(page.locator("figure.attention[data-drawn]")).to_have_count(2)
    page.locator("figure.attention[data-drawn]").first.locator("[data-ask=lens]").click()
    expect(page.locator("#attention-asked tbody tr").first).to_be_visible()


def fill_surprise(page: Page) -> None:
    page.locator("#surprise-example").click()
    expect(page.locator("#surprise-shown table")).to_be_visible()
    page.locator("#guess-begin").click()
    expect(page.locator("#guess-shown .guess-text")).to_be_visible()


def fill_architectures(page: Page) -> None:
    page.locator("#architectures-example").click()
    expect(page.locator("#architectures-shown .noticing")).to_be_visible()


def fill_understanding(page: Page) -> None:
    for way in page.locator("#understanding-approaches input").all()[2:]:
        way.uncheck()  # two ways are as wide as all, and done within seconds
    page.locator("#understanding-run").click()
    expect(page.locator("#understanding-run")).to_be_visible()
    expect(page.locator("#understanding-shown table").first).to_be_visible()
    expect(page.locator("#understanding-stop")).to_have_count(0)


def fill_vectors(page: Page) -> None:
    page.locator("#vectors-example").click()
    expect(page.locator("#vectors-shown table").first).to_be_visible()


def fill_smaller(page: Page) -> None:
    page.locator("#smaller-compare").click()
    expect(page.locator("#smaller-shown [data-form]").nth(1)).to_be_visible()
    if page.locator("#smaller-stop").is_visible():
        page.locator("#smaller-stop").click()
    expect(page.locator("#smaller-compare")).to_be_visible()
    open_panel(page, "#smaller-pruning")
    settle(page)
    slide(page, 30)
    expect(page.locator("#smaller-pruned [data-sparsity='0.30']").first).to_be_visible()


def _section(name: str, fill: Callable[[Page], None], result: str) -> Scene:
    places = [section.NAME for section in find_sections()]
    return Scene(-1, fill, result, "#models-sections", places.index(name))


MODELS_SCENES = {
    "models-card": _section("card", fill_card, "#card-table table"),
    "models-tokens": _section("tokens", fill_tokens, "#tokens-shown figure"),
    "models-attention": _section("attention", fill_attention, "figure.attention[data-drawn]"),
    "models-surprise": _section("surprise", fill_surprise, "#surprise-shown .surprising"),
    "models-architectures": _section("architectures", fill_architectures, "#architectures-shown figure"),
    "models-understanding": _section("understanding", fill_understanding, "#understanding-shown table"),
    "models-smaller": _section("smaller", fill_smaller, "#smaller-shown table"),
    "models-vectors": _section("vectors", fill_vectors, "#vectors-shown table"),
}
"""Of models that can be taken apart: the default one, and the one that comes with the page for vectors."""
