"""What a visitor does with the page, and what is seen on it."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Locator, Page, Request, expect

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
_LOOKS = [
    (name, viewport, scheme, locale)
    for name, viewport in (("desktop", DESKTOP), ("phone", PHONE))
    for scheme in ("light", "dark")
    for locale in ("en", "es")
]


def in_every_look(*usual: str) -> pytest.MarkDecorator:
    """Width, theme and language, by names such as `phone-dark-es`; what is not `usual` is of the lane `long`."""
    named = {"-".join((look[0], *look[2:])): look for look in _LOOKS}
    assert set(usual) <= named.keys()
    return pytest.mark.parametrize(
        ("name", "viewport", "scheme", "locale"),
        [pytest.param(*look, marks=() if name in usual else pytest.mark.long, id=name) for name, look in named.items()],
    )


def ask(page: Page, text: str, *, wait: bool = True) -> None:
    """Write a message, press Enter; wait until everything that answers has answered."""
    _answered[page] = _sending(page).input_value()
    page.locator("#message textarea").fill(text)
    page.locator("#message textarea").press("Enter")
    expect(page.locator("#message textarea")).to_have_value("")
    expect(questions(page).last).to_have_text(text)
    if wait:
        answered(page)


def answered(page: Page) -> None:
    """What was begun since the page last answered has ended, and every column has its line of facts."""
    ended(page)
    expect(facts(page).last).to_be_visible()


def ended(page: Page) -> None:
    """What was begun since the page last answered is done, and the message box offers to send again. A question is
    drawn some frames before the box offers to stop: that alone would not tell."""
    if page in _answered:
        expect(_sending(page)).not_to_have_value(_answered[page])
    expect(_sending(page)).not_to_have_value(re.compile('"running": *true'))
    _answered[page] = _sending(page).input_value()
    expect(page.locator("#message .stop-button")).to_have_count(0)
    expect(page.locator("#message .submit-button")).to_be_visible()


def _sending(page: Page) -> Locator:
    """What the server says of the run under way, with the time: see `draw_sending`."""
    return page.locator("#sending").locator("textarea, input")


_answered: WeakKeyDictionary[Page, str] = WeakKeyDictionary()


def counted_events(page: Page) -> Counter[int]:
    """How often each of the page's events is sent to the server from now on, by its number."""
    found: Counter[int] = Counter()

    def count(request: Request) -> None:
        if re.search("/queue/join|/run/", request.url) and request.post_data:
            found[json.loads(request.post_data)["fn_index"]] += 1

    page.on("request", count)
    return found


def column(page: Page, number: int = 0) -> Locator:
    return page.locator(f"#chat-{number}")


def questions(page: Page, number: int = 0) -> Locator:
    return column(page, number).locator("[data-testid=user]")


def replies(page: Page, number: int = 0) -> Locator:
    """What the models said, without what is folded away."""
    return column(page, number).locator("[data-testid=bot]:not(:has(.thought-group)) .message-content")


def facts(page: Page, number: int = 0) -> Locator:
    return column(page, number).locator(".thought-group .title")


def stop_button(page: Page) -> Locator:
    return page.locator("#message .stop-button")


def choose(page: Page, box: str, label: str | re.Pattern[str]) -> None:
    """Pick an entry of a dropdown."""
    page.locator(f"{box} input").click()
    page.get_by_role("option", name=label).first.click()


def settle(page: Page) -> None:
    """Until what has just been unfolded is there as it stays: with the first frame after it has made its parts, Gradio
    gives them the values they began with, over what was entered since. And until nothing slides or changes colour."""
    page.evaluate(
        """() => new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame)).then(() =>
          Promise.allSettled(
            document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished)))"""
    )


def open_mode(page: Page, modes: str, name: str) -> None:
    """One of a tab's own tabs."""
    page.locator(modes).get_by_role("tab", name=name).click()
    settle(page)


def slide(page: Page, percent: int) -> None:
    """As a hand does: the slider is moved, and let go of."""
    page.locator("#smaller-share input[type=range]").evaluate(
        """(slider, value) => {
          slider.value = value;
          slider.dispatchEvent(new Event('input', {bubbles: true}));
          slider.dispatchEvent(new PointerEvent('pointerup', {bubbles: true}));
        }""",
        percent,
    )


def open_panel(page: Page, panel: str) -> None:
    page.locator(f"{panel} > button").first.click()


def unfold(page: Page, panel: str) -> None:
    """A panel that may have become a line."""
    fold = page.locator(f"{panel} > button").first
    if "open" not in (fold.get_attribute("class") or "").split():
        fold.click()
    settle(page)


def choose_instead(page: Page, label: str) -> None:
    """Choose this model, and none of the others that are chosen."""
    chosen, wanted = page.locator("#models .token"), re.compile(rf"^\s*{label}")
    if not chosen.filter(has_text=wanted).count():
        choose(page, "#models", wanted)
        page.keyboard.press("Escape")
    others = chosen.filter(has_not_text=wanted)
    while left := others.count():
        others.first.locator(".token-remove").click()
        expect(others).to_have_count(left - 1)
    expect(page.locator(".column-name").first).to_contain_text(label)


def use_endpoint(page: Page, address: str, key: str) -> None:
    """Enter a server of one's own in the key panel."""
    open_panel(page, "#keys")
    choose(page, "#key-provider", re.compile("own|propio"))
    page.locator("#key input").fill(key)
    page.locator("#address").locator("input, textarea").fill(address)
    page.locator("#save-key").click()
    expect(page.locator("#key-answer")).not_to_be_empty()


def attach(page: Page, *files: Path) -> None:
    """Choose images for the next message; wait until they are there."""
    before = waiting(page).count()
    page.locator("#compose input[type=file]").set_input_files(files)
    expect(waiting(page)).to_have_count(before + len(files))
    expect(page.locator("#waiting .adding")).to_be_hidden()


def waiting(page: Page) -> Locator:
    """The images that go along with the next message."""
    return page.locator("#waiting figure")


def pictures(page: Page, number: int = 0) -> Locator:
    """The images above the questions."""
    return column(page, number).locator(".pictures img")


def hand_over(page: Page, target: str, event: str, name: str, kind: str, content: bytes, text: str = "") -> None:
    """Paste or drop a file, as an operating system hands it to the browser."""
    page.evaluate(
        """([target, event, name, kind, content, text]) => {
          const given = new DataTransfer();
          const bytes = Uint8Array.from(atob(content), one => one.charCodeAt(0));
          given.items.add(new File([bytes], name, {type: kind}));
          if (text) given.setData('text/plain', text);
          const place = document.querySelector(target);
          const options = {bubbles: true, cancelable: true};
          place.dispatchEvent(event === 'paste'
            ? new ClipboardEvent('paste', {...options, clipboardData: given})
            : new DragEvent('drop', {...options, dataTransfer: given}));
        }""",
        [target, event, name, kind, base64.b64encode(content).decode(), text],
    )
