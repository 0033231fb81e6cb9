/* global element */
// The diagram of a model: a block is chosen, and the sentence about it stands below.
const pick = block => {
  const figure = block.closest('figure');
  for (const one of figure.querySelectorAll('[data-block]'))
    one.setAttribute('aria-pressed', String(one.dataset.block === block.dataset.block));
  for (const told of figure.querySelectorAll('[data-told]')) told.hidden = told.dataset.told !== block.dataset.block;
};
element.addEventListener('click', event => {
  const block = event.target.closest('[data-block]');
  if (block) pick(block);
});
element.addEventListener('keydown', event => {
  const block = event.target.closest('[data-block]');
  if (!block || (event.key !== 'Enter' && event.key !== ' ')) return;
  event.preventDefault();
  pick(block);
});
