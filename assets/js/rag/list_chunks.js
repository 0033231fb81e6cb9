/* global element, trigger */
// The chunks of a document: the neighbours of one are looked for, the list goes on.
element.addEventListener('click', event => {
  const near = event.target.closest('[data-near]');
  if (near) trigger('near', {chunk: near.dataset.near});
  const leaf = event.target.closest('[data-first]');
  if (leaf) trigger('leaf', {first: Number(leaf.dataset.first)});
});
