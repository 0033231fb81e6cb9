/* global element, trigger */
// A line of the items: it is opened.
element.addEventListener('click', event => {
  const item = event.target.closest('[data-item]');
  if (item) trigger('pick', {item: item.dataset.item});
});
