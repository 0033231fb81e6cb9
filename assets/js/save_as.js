/* global element, trigger */
// A kind of file: what is shown is saved as one.
element.addEventListener('click', event => {
  const kind = event.target.closest('[data-export]');
  if (kind) trigger('save', {kind: kind.dataset.export});
});
