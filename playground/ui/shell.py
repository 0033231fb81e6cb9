"""The page's frame: head, sidebar, and every tab that the folder `tabs` holds."""

from __future__ import annotations

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
        page = Page(app, blocks, bar)
        sidebar.wire(page)
        with gr.Tabs(elem_id="tabs"):
            for tab in found_tabs():
                with gr.Tab(app.label(f"{tab.NAME}.tab"), id=tab.NAME):
                    tab.build(page)
        blocks.load(None, js=_FOLD_ON_PHONE, **PRIVATE)
    return blocks


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
  const dark = document.body.classList.toggle('dark');
  try { localStorage.setItem('aula-theme', dark ? 'dark' : 'light'); } catch (blocked) { return; }
}"""
HEAD = """<script>
addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  const stop = document.querySelector('#message .stop-button');
  if (stop) stop.click();
});
addEventListener('DOMContentLoaded', () => {
  let wanted = null;
  try { wanted = localStorage.getItem('aula-theme'); } catch (blocked) { return; }
  if (wanted) new MutationObserver((_, watching) => {
    if (!document.querySelector('.gradio-container')) return;
    document.body.classList.toggle('dark', wanted === 'dark');
    watching.disconnect();
  }).observe(document.body, {childList: true, subtree: true});
});
</script>"""
"""Scripts of the page itself: Esc stops, and the chosen theme is kept."""
