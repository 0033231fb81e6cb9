/* global element, watch */
// What a visitor unfolded stays open while the rest is redrawn.
const unfolded = new Set();
element.addEventListener('toggle', event => {
  const key = event.target.dataset && event.target.dataset.key;
  if (!key || !event.target.isConnected) return;
  if (event.target.open) unfolded.add(key); else unfolded.delete(key);
}, true);
const restore = () => {
  for (const one of element.querySelectorAll('details[data-key]')) if (unfolded.has(one.dataset.key)) one.open = true;
};
watch('value', restore);
new MutationObserver(restore).observe(element, {childList: true, subtree: true});
