/* global element, trigger */
// The list of documents: which are searched, which is removed, and a model that reads their language.
// By document. What was drawn while a tick was changed is older than the tick, and may lack a document for a moment.
const ticks = new Map();
const boxes = () => [...element.querySelectorAll('[data-tick]')];
const showTicks = () => {
  for (const box of boxes()) box.checked = ticks.get(box.dataset.tick) ?? box.checked;
  const all = element.querySelector('[data-tick-all]');
  if (all) all.checked = boxes().every(box => box.checked);
};
element.addEventListener('change', ({target}) => {
  if (!target.matches('[data-tick-all], [data-tick]')) return;
  if (target.matches('[data-tick-all]')) for (const box of boxes()) box.checked = target.checked;
  for (const box of boxes()) ticks.set(box.dataset.tick, box.checked);
  showTicks();
  element.dataset.excluded = JSON.stringify([...ticks.keys()].filter(name => !ticks.get(name)));
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
