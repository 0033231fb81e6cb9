"""The page's frame: head, sidebar, and every tab that the folder `tabs` holds."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from typing import Protocol, cast

import gradio as gr

from playground.text import Texts
from playground.ui import sidebar, tabs
from playground.ui.page import PRIVATE, App, Page
from playground.ui.widgets import build_sidebar


class Tab(Protocol):
    """A module of `tabs`: `NAME` is its key in the texts, `ORDER` its place."""

    NAME: str
    ORDER: int

    def build(self, page: Page) -> None: ...


def found_tabs() -> list[Tab]:
    """The tabs, in the order they declare."""
    modules = (import_module(f"{tabs.__name__}.{found.name}") for found in pkgutil.iter_modules(tabs.__path__))
    return sorted((cast(Tab, module) for module in modules), key=lambda tab: tab.ORDER)


def labels(texts: Texts) -> gr.I18n:
    """The texts for the browser to look up: laid out once, read in every language."""
    return gr.I18n(**{language: dict(table) for language, table in texts.tables.items()})


def build(app: App) -> gr.Blocks:
    """The page."""
    blocks: gr.Blocks
    with gr.Blocks(title="Aula", fill_height=True, analytics_enabled=False) as blocks:
        with gr.Row(elem_id="head", equal_height=True):
            gr.HTML('<a class="brand" href="./"><span aria-hidden="true">◐</span> Aula</a>', container=False)
            for language in app.texts.languages():
                name = app.texts.text(language, "page.language")
                switch = gr.Button(
                    name, size="sm", elem_id=f"language-{language}", elem_classes="quiet-button", scale=0
                )
                switch.click(None, js=_choose_language(language), **PRIVATE)
            theme = gr.Button("◑", size="sm", elem_id="theme", elem_classes="quiet-button", scale=0)
            theme.click(None, js=_TOGGLE_THEME, **PRIVATE)
        bar = build_sidebar(app.label, app.settings.model, app.settings.max_tokens_per_reply)
        places = gr.Tabs(elem_id="tabs", overflow_behavior="wrap")  # a menu would have an English name
        page = Page(app, blocks, bar, places, gr.State())
        sidebar.wire(page)
        with places:
            for tab in found_tabs():
                with gr.Tab(app.label(f"{tab.NAME}.tab"), id=tab.NAME):
                    tab.build(page)
        blocks.load(None, js=_FOLD_ON_PHONE, **PRIVATE)
    _let_progress_rest(blocks)
    return blocks


def _let_progress_rest(blocks: gr.Blocks) -> None:
    """Where no progress is shown, it is shown on no component either.

    Else Gradio's client (6) keeps one for each output of every event, and with every message from the server looks each
    of them up among all components of the page: opening took nearly twice as long.
    """
    for event in blocks.fns.values():
        if event.show_progress == "hidden":
            event.show_progress_on = []


def _choose_language(language: str) -> str:
    return (
        "() => { const framed = location.protocol === 'https:' && window.parent !== window;"
        f" document.cookie = 'aula_language={language}; path=/; max-age=31536000; '"
        " + (framed ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax'); location.reload(); }"
    )


_FOLD_ON_PHONE = """() => {
  if (innerWidth < 768) setTimeout(() => document.querySelector('.sidebar.open .toggle-button')?.click(), 100);
}"""
_TOGGLE_THEME = """() => {
  const dark = !document.body.classList.contains('dark');
  try { localStorage.setItem('aula-theme', dark ? 'dark' : 'light'); } catch (blocked) { /* not kept, then */ }
  document.body.classList.toggle('dark', dark);
}"""
_NAMELESS = {
    "#message .submit-button": "chat.send",
    "#message .stop-button": "chat.stop",
    "#theme": "page.theme",
    ".sidebar .toggle-button": "page.sidebar",
    "[aria-label='Copy message']": "page.copy",
    "[aria-label='Reset to default value']": "page.reset",
}
"""Buttons that Gradio gives no name, or an English one in every language."""
_HEAD = """<script>
addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  for (const stop of document.querySelectorAll('#message .stop-button, .stops')) stop.click();
});
const start = () => {
  const dress = () => {
    let wanted = null;
    try { wanted = localStorage.getItem('aula-theme'); } catch (blocked) { return; }
    const dark = document.body.classList.contains('dark');
    if (wanted && dark !== (wanted === 'dark')) document.body.classList.toggle('dark');
  };
  dress();
  new MutationObserver(dress).observe(document.body, {attributes: true, attributeFilter: ['class']});
  const names = NAMES[navigator.language] || NAMES.en;
  new MutationObserver(() => {
    for (const [place, name] of Object.entries(names))
      for (const button of document.querySelectorAll(place))
        if (button.ariaLabel !== name) button.ariaLabel = button.title = name;
    for (const arrow of document.querySelectorAll(".thought-group .title button[aria-label='']:not([aria-hidden])")) {
      arrow.ariaHidden = 'true';
      arrow.tabIndex = -1;
    }
  }).observe(document.body, {childList: true, subtree: true});
};
if (document.body) start(); else addEventListener('DOMContentLoaded', start);  // Gradio inserts this late
</script>"""


def head(texts: Texts) -> str:
    """Scripts of the page itself: Esc stops, the chosen theme is kept, every button has a name."""
    names = {
        language: {place: texts.text(language, key) for place, key in _NAMELESS.items()}
        for language in texts.languages()
    }
    return _HEAD.replace("NAMES", json.dumps(names, ensure_ascii=False))
