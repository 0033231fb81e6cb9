/* global element, trigger */
// A line of the runs: it is opened.
element.addEventListener('click', event => {
  const run = event.target.closest('[data-run]');
  if (run) trigger('pick', {run: run.dataset.run});
});
