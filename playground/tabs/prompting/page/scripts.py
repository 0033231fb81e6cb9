"""What the tab's own components do in the browser. They only move values: everything written is escaped before."""

from __future__ import annotations

from playground.page.parts.scripts import KEEP_OPEN

CHOOSE = """
element.addEventListener('click', event => {
  const item = event.target.closest('[data-item]');
  if (item) trigger('pick', {item: item.dataset.item});
});
"""
"""A line of the items: it is opened."""
JUDGE = (
    KEEP_OPEN
    + """
element.addEventListener('click', event => {
  const mark = event.target.closest('[data-score]');
  if (!mark) return;
  const {column, item, repeat} = mark.closest('[data-column]').dataset;
  trigger('mark', {column, item, repeat: Number(repeat), score: Number(mark.dataset.score)});
});
"""
)
"""An opened item: a person's own judgement."""
EXPLAIN = """
document.addEventListener('pointerover', event => {
  const label = event.target.closest && event.target.closest('#prompting-strategies label');
  if (!label || label.title) return;
  const named = [...element.querySelectorAll('[data-title]')];
  const one = named.find(one => one.dataset.title === label.textContent.trim());
  if (one) label.title = one.dataset.info;
});
"""
"""Each strategy's line of explanation, on hover over its box."""
