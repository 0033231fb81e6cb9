/* global element, watch */
// What a visitor unfolded stays open while the rest is redrawn.
const unfolded = new Set();
const note = (fold, open) => {
  if (!fold.dataset.key || !fold.isConnected) return;
  if (open) unfolded.add(fold.dataset.key); else unfolded.delete(fold.dataset.key);
};
element.addEventListener('click', event => {  // `toggle` comes later: what is redrawn before it would be folded again
  const title = event.target.closest('summary');
  if (title && !event.defaultPrevented) note(title.parentElement, !title.parentElement.open);
});
element.addEventListener('toggle', event => note(event.target, event.target.open), true);
const restore = () => {
  for (const one of element.querySelectorAll('details[data-key]')) if (unfolded.has(one.dataset.key)) one.open = true;
};
watch('value', restore);
new MutationObserver(restore).observe(element, {childList: true, subtree: true});
