/* global element, trigger */
// A sample image: it is added.
element.addEventListener('click', event => {
  const sample = event.target.closest('[data-sample]');
  if (sample) trigger('sample', {name: sample.dataset.sample});
});
