"""What components of several tabs do in the browser."""

from __future__ import annotations

KEEP_OPEN = """
const open = new Set();
element.addEventListener('toggle', event => {
  const key = event.target.dataset && event.target.dataset.key;
  if (!key || !event.target.isConnected) return;
  if (event.target.open) open.add(key); else open.delete(key);
}, true);
const restore = () => {
  for (const one of element.querySelectorAll('details[data-key]')) if (open.has(one.dataset.key)) one.open = true;
};
watch('value', restore);
new MutationObserver(restore).observe(element, {childList: true, subtree: true});
"""
"""What a visitor unfolded stays open while the rest is redrawn."""
