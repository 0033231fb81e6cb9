/* global element, trigger */
// A conversation is opened, from the list or from what is said about the one before.
element.addEventListener('click', event => {
  const open = event.target.closest('[data-open]');
  if (open) trigger('choose', {id: open.dataset.open});
});
