/* global element, trigger */
// The list of documents: which are searched, which is removed, and a model that reads their language.
element.addEventListener('change', event => {
  const boxes = [...element.querySelectorAll('[data-tick]')];
  if (event.target.matches('[data-tick-all]')) for (const box of boxes) box.checked = event.target.checked;
  else if (!event.target.matches('[data-tick]')) return;
  element.querySelector('[data-tick-all]').checked = boxes.every(box => box.checked);
  trigger('tick', {excluded: boxes.filter(box => !box.checked).map(box => box.dataset.tick)});
});
element.addEventListener('click', event => {
  const remove = event.target.closest('[data-remove]');
  if (remove) trigger('remove', {document: remove.dataset.remove});
  if (event.target.closest('[data-again]')) document.querySelector('#rag-upload input[type=file]')?.click();
  const embed = event.target.closest('[data-embed]');
  if (embed) trigger('embed', {model: embed.dataset.embed});
});
