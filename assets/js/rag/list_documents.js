/* global element, trigger */
// The list of documents: which are searched, which is removed, and a model that reads their language.
const ticks = new Map();  // by document: what was drawn while a tick was changed is older than the tick
const boxes = () => [...element.querySelectorAll('[data-tick]')];
const showTicks = () => {
  for (const box of boxes()) box.checked = ticks.get(box.dataset.tick) ?? box.checked;
  const all = element.querySelector('[data-tick-all]');
  if (all) all.checked = boxes().every(box => box.checked);
};
element.addEventListener('change', ({target}) => {
  if (!target.matches('[data-tick-all], [data-tick]')) return;
  const changed = target.matches('[data-tick]') ? [target] : boxes();
  for (const box of changed) ticks.set(box.dataset.tick, target.checked);
  showTicks();
  trigger('tick', {});
});
new MutationObserver(showTicks).observe(element, {childList: true, subtree: true});
element.addEventListener('click', event => {
  const remove = event.target.closest('[data-remove]');
  if (remove) trigger('remove', {document: remove.dataset.remove});
  if (event.target.closest('[data-again]')) document.querySelector('#rag-upload input[type=file]')?.click();
  const embed = event.target.closest('[data-embed]');
  if (embed) trigger('embed', {model: embed.dataset.embed});
});
