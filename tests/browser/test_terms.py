"""A model with its makers' terms: refused before they are accepted, fetched in four parts after, in each language."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from providers import catalog
from tests.browser.conftest import Visitors, ready, watch
from tests.browser.driving import DESKTOP, ask, counted_events, ended, facts, replies
from tests.browser.serving import ROOT, Served, serving
from tests.browser.wheel_index import WheelIndex, serving_wheels
from tests.providers.adapters.huggingface import tiny_gemma

GEMMA = next(model for model in catalog.load().models if model.terms == "gemma")
WORDS = {
    "en-US": (
        "I accept the terms",
        "which you have not accepted yet",
        "is ready",
        "continues text",
    ),
    "es-ES": (
        "Acepto las condiciones",
        "que aún no has aceptado",
        "está listo",
        "continúa textos",
    ),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WheelIndex]:
    with serving_wheels(tmp_path_factory.mktemp("wheels")) as serving:
        yield serving


@pytest.fixture(scope="module")
def with_tiny_gemma(tmp_path_factory: pytest.TempPathFactory, index: WheelIndex) -> Iterator[Served]:
    """The program, whose row of Gemma names a tiny model of the same kind, in packages of the same names."""
    folder = tmp_path_factory.mktemp("terms")
    wheels, copy = index.folder, folder / "program"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".*", "tests", "artefacts", "__pycache__", "node_modules")
    )
    assert GEMMA.package is not None
    tiny = tiny_gemma.save_parts(wheels, *GEMMA.package.requirement.split("=="))
    rows = (copy / "assets" / "models.toml").read_text("utf-8").replace(GEMMA.package.sha256, tiny.sha256)
    for real, small in zip(GEMMA.package.parts, tiny.parts, strict=True):
        assert real.requirement == small.requirement
        rows = rows.replace(real.sha256, small.sha256).replace(real.member, small.member)
    (copy / "assets" / "models.toml").write_text(rows, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_INDEX_URL", index.url)
        patch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
        with serving(folder, copy) as page:
            yield page


def test_a_download_is_paused_goes_on_and_is_put_out_of_the_way(
    with_tiny_gemma: Served, index: WheelIndex, visitors: Visitors, trouble: list[str]
) -> None:
    """What is there of it is not fetched again."""
    page = visitors.new(locale="en-US", viewport=DESKTOP, reduced_motion="reduce").new_page()
    watch(page, with_tiny_gemma.url, trouble)
    page.goto(f"{with_tiny_gemma.url}?models=scripted/echo,{GEMMA.ref}")
    ready(page)
    index.held = "part2"
    place = page.locator("#fetching")
    pause = place.get_by_role("button", name="Pause")
    place.get_by_role("button", name="I accept the terms: fetch it, 238 MB").click()
    expect(place.locator("progress")).to_be_visible()
    place.get_by_role("button", name="In the background").click()
    expect(pause).to_be_hidden()
    expect(place.locator("progress")).to_be_visible()
    place.get_by_role("button", name="Show").click()
    index.reached.wait()
    pause.click()
    expect(place).to_contain_text("Paused at")
    expect(place.get_by_role("button", name="In the background")).to_have_count(0)
    index.released.set()
    place.get_by_role("button", name="Go on").click()
    expect(place.locator(".status.ready")).to_contain_text("is ready")
    assert [index.times(f"part{number}") for number in range(1, 5)] == [1, 2, 1, 1]
    visitors.leave(with_tiny_gemma.url)
    assert trouble == []


@pytest.mark.parametrize("locale", WORDS)
def test_terms_are_accepted_before_the_model_is_used(
    locale: str, with_tiny_gemma: Served, visitors: Visitors, trouble: list[str]
) -> None:
    """Whoever finds it here has to accept them all the same."""
    accept, refused, done, kind = WORDS[locale]
    page = visitors.new(locale=locale, viewport=DESKTOP, reduced_motion="reduce").new_page()
    watch(page, with_tiny_gemma.url, trouble)
    page.goto(f"{with_tiny_gemma.url}?models=scripted/echo,{GEMMA.ref}")
    ready(page)
    place = page.locator("#fetching")
    expect(place.get_by_role("link", name="Gemma Terms of Use")).to_have_attribute(
        "href", "https://ai.google.dev/gemma/terms"
    )
    expect(page.locator(".column-head").nth(1)).to_contain_text(kind)
    ask(page, "La capital de Francia es", wait=False)
    expect(page.locator("#chat-1")).to_contain_text(refused)
    place.get_by_role("button", name=accept).click()
    expect(place.locator(".status.ready")).to_contain_text(done)  # it is fetched and unpacked
    ask(page, "La capital de Francia es una", wait=False)
    ended(page)
    expect(replies(page, 1).last).not_to_contain_text(refused)
    expect(facts(page)).to_have_count(2)  # both messages are answered: what follows them is not counted
    _take_another(page, "scripted/seer")
    events = counted_events(page)
    for text in ("uno", "dos"):
        ask(page, text, wait=False)
        ended(page)
    heard = _events_of_models(page)
    assert heard and not {*heard} & {*events}, "the models that the server has set are read by events, not changed"
    assert "a wheel was run" not in with_tiny_gemma.log.read_text("utf-8", "replace")
    visitors.leave(with_tiny_gemma.url)
    assert trouble == []


def _events_of_models(page: Page) -> list[int]:
    """The page's events that a change of the chosen models begins, by their numbers."""
    found: list[int] = page.evaluate(
        """() => {
          const {components, dependencies} = window.gradio_config;
          const named = components.filter(one => /^models(-chosen)?$/.test(one.props.elem_id)).map(one => one.id);
          return dependencies.filter(one => one.backend_fn && one.targets.some(
            ([id, kind]) => kind === 'change' && named.includes(id))).map(one => one.id);
        }"""
    )
    return found


def _take_another(page: Page, ref: str) -> None:
    """As a click on one of the models that the page recommends."""
    page.locator("#fetching [id^=html-]").evaluate(
        """(place, model) => {
          const button = document.createElement('button');
          Object.assign(button.dataset, {act: 'use', model});
          place.append(button);
          button.click();
        }""",
        ref,
    )
    expect(page.locator(".column-head").first).to_contain_text("seer", ignore_case=True)
