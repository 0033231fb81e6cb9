/* global element, trigger */
// A passage or a citation: it is opened in its page.
element.addEventListener('click', event => {
  const place = event.target.closest('[data-open]');
  if (!place) return;
  const {open, page, start, end} = place.dataset;
  trigger('read', {document: open, page: Number(page), start: Number(start), end: Number(end)});
});
