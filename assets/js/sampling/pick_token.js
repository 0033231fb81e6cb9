/* global element, trigger */
// Bars: a token is appended where it is clicked.
element.addEventListener('click', event => {
  const bar = event.target.closest('[data-token]');
  if (bar) trigger('pick', {token: Number(bar.dataset.token)});
});
