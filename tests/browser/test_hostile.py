"""What a visitor or a model writes is shown: it runs nothing, fetches nothing, and covers nothing."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.driving import ask, questions, replies

REFUSED = ("inline event handler violates", "violates the following Content Security Policy directive")
"""What the browser says when the page's policy stops what a message brought along."""


HOSTILE = [
    '<img src="data:," onerror="window.stolen=1">',
    "<script>window.stolen=2</script><script src='ADDRESS/stolen.js'></script>",
    "[link](javascript:window.stolen=3) <a id=js href='javascript:window.stolen=3'>link</a>",
    "![picture](ADDRESS/stolen.png)",
    '<iframe srcdoc="<script>parent.stolen=4</script>"></iframe><iframe src="ADDRESS/stolen.html"></iframe>',
    '<svg onload="window.stolen=5"><use href="ADDRESS/stolen.svg#x"/></svg>',
    "$\\href{javascript:window.stolen=6}{x}$ $\\includegraphics{ADDRESS/stolen-latex.png}$",
    "<style>@import url(ADDRESS/stolen.css); body { display: none }</style>",
    "<link rel=stylesheet href=ADDRESS/stolen-link.css><meta http-equiv=refresh content='0;ADDRESS/stolen-meta'>",
    "<video src=ADDRESS/stolen.mp4 autoplay></video><object data=ADDRESS/stolen-object></object>",
    '<div style="background:url(ADDRESS/stolen-bg.png);position:fixed;inset:0;z-index:99999">cover</div>',
    "```html\n<img src=x onerror=window.stolen=7>\n```",
]


def test_markup_does_nothing(open_page, faults, trouble):
    page = open_page("?models=scripted/echo")
    text = "\n\n".join(HOSTILE).replace("ADDRESS", faults.url)
    page.locator("#message textarea").fill(text)
    page.locator("#message textarea").press("Enter")
    expect(replies(page)).to_contain_text("cover")
    expect(page.locator("#message .submit-button")).to_be_visible()
    for link in page.locator("#chat-0 [id=js], #chat-0 a").all():
        if not (link.get_attribute("href") or "").startswith("http"):
            link.evaluate("one => one.click()")
    page.wait_for_timeout(500)
    assert page.evaluate("window.stolen") is None
    assert [one.path for one in faults.received if "stolen" in one.path] == []
    expect(questions(page)).to_be_attached()

    page.locator("#language-en").click(trial=True)  # nothing lies over the page's own buttons
    page.locator("#new").click(trial=True)
    wanted = [text for text in trouble if not text.startswith(f"asked {faults.url}") and not _refused(text)]
    trouble.clear()
    assert wanted == []


def _refused(text: str) -> bool:
    return any(mark in text for mark in REFUSED)


def test_an_address_that_names_no_model_is_shown_as_text(open_page):
    page = open_page("?models=%3Cimg%20src%3Dx%20onerror%3Dwindow.stolen%3D1%3E,scripted/ech")
    ask(page, "Hi")
    expect(page.locator("#models-refused")).to_contain_text("<img src=x onerror=window.stolen=1>")
    expect(page.locator("#chat-0")).to_contain_text("Did you mean")
    expect(page.locator("#chat-0")).to_contain_text("scripted/echo")
    assert page.evaluate("window.stolen") is None
    assert page.locator("#columns img").count() == 0
