/* global element, trigger, watch */
// The list of conversations: one is pinned, renamed in its place or deleted. Drawn anew, it gives the focus back.
let returning = '';
const ask = (what, row, title = '') => {
  const id = row ? row.dataset.id : '';
  const after = {pin: 'unpin', unpin: 'pin', rename: 'rename'}[what];
  returning = after ? `[data-id="${id}"] [data-do="${after}"]` : '[data-do="restore"], [data-open]';
  trigger('arrange', {what, id, title});
};
const rename = (row, open) => {
  row.querySelector('form').hidden = !open;
  row.querySelector('[data-open]').hidden = open;
  const place = row.querySelector(open ? 'input' : '[data-do="rename"]');
  place.focus();
  if (open) place.select();
};
element.addEventListener('click', event => {
  const button = event.target.closest('[data-do]');
  if (!button) return;
  const row = button.closest('[data-id]');
  if (button.dataset.do === 'rename') rename(row, row.querySelector('form').hidden);
  else ask(button.dataset.do, row);
});
element.addEventListener('submit', event => {
  event.preventDefault();
  const row = event.target.closest('[data-id]');
  ask('rename', row, event.target.querySelector('input').value);
  rename(row, false);
});
element.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !event.target.matches('form input')) return;
  event.stopPropagation();  // else it stops a reply
  rename(event.target.closest('[data-id]'), false);
});
watch('value', () => {
  const place = returning && element.querySelector(returning);
  returning = '';
  if (place) place.focus();
});
