"""What the tab's own components do in the browser. They only move values: everything written is escaped before."""

from __future__ import annotations

from playground.page.parts.scripts import KEEP_OPEN

OPEN = """
element.addEventListener('click', event => {
  const place = event.target.closest('[data-open]');
  if (!place) return;
  const {open, page, start, end} = place.dataset;
  trigger('read', {document: open, page: Number(page), start: Number(start), end: Number(end)});
});
"""
"""A passage or a citation: it is opened in its page."""
ANSWERS = KEEP_OPEN + OPEN
FILES = (
    OPEN
    + """
element.addEventListener('change', event => {
  if (!event.target.matches('[data-tick]')) return;
  const boxes = [...element.querySelectorAll('[data-tick]')];
  trigger('tick', {excluded: boxes.filter(box => !box.checked).map(box => box.dataset.tick)});
});
element.addEventListener('click', event => {
  const remove = event.target.closest('[data-remove]');
  if (remove) trigger('remove', {document: remove.dataset.remove});
});
"""
)
"""The list of documents: which are searched, which is removed."""
REJECTED = """
element.addEventListener('click', event => {
  const button = event.target.closest('[data-ocr]');
  if (button) trigger('ocr', {name: button.dataset.ocr});
});
"""
"""A scanned file: its pictures are to be read."""
CHUNKS = (
    OPEN
    + """
element.addEventListener('click', event => {
  const near = event.target.closest('[data-near]');
  if (near) trigger('near', {chunk: near.dataset.near});
  const leaf = event.target.closest('[data-first]');
  if (leaf) trigger('leaf', {first: Number(leaf.dataset.first)});
});
"""
)
"""The chunks of a document: one is opened, its neighbours are looked for, the list goes on."""
READER = (
    OPEN
    + """
let before = null;
const panel = () => element.querySelector('.reader');
const close = () => {
  if (!panel()) return;
  element.classList.add('closed');
  trigger('close', {});
  if (before && before.isConnected) before.focus();
  before = null;
};
const opened = () => {
  if (!panel()) return;
  element.classList.remove('closed');
  if (!element.contains(document.activeElement)) before = document.activeElement;
  panel().focus({preventScroll: true});
  const mark = panel().querySelector('mark'), text = panel().querySelector('.page-text');
  if (mark && text) text.scrollTop = mark.offsetTop - text.clientHeight / 3;
};
new MutationObserver(opened).observe(element, {childList: true, subtree: true});
element.addEventListener('click', event => { if (event.target.closest('[data-close]')) close(); });
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && panel() && !element.classList.contains('closed')) close();
});
"""
)
"""The page beside: it takes the focus, shows its highlighted passage, and gives the focus back when it is closed."""
