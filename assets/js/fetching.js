/* global element, trigger, watch */
// A model to be fetched: its buttons; what is under way is followed; "in the background" leaves only its bar,
// and a button that shows them again. (No class: Gradio writes the element's classes anew. It stays when the place is
// drawn without what is under way for a moment: only a click takes it back.)
const opened = () => document.querySelector('.sidebar')?.classList.contains('open');
// What was drawn with `data-begin` is followed by nobody yet.
const follow = () => {
  const running = element.querySelector('[data-begin]');
  if (running) trigger('act', {act: 'follow', model: running.dataset.follow});
};
element.addEventListener('click', event => {
  const button = event.target.closest('[data-act]');
  if (!button) return;
  if (button.dataset.act === 'background') {
    element.dataset.away = '';
    return;
  }
  if (button.dataset.act === 'foreground') {
    delete element.dataset.away;
    return;
  }
  if (['accept', 'fetch'].includes(button.dataset.act)) delete element.dataset.away;
  trigger('act', {act: button.dataset.act, model: button.dataset.model});
});
watch('value', follow);
// Models of the Hub are looked for by whoever unfolds the list: before, nobody outside is asked.
element.addEventListener('toggle', event => {
  if (!event.target.open || !event.target.matches('[data-look]')) return;
  event.target.removeAttribute('data-look');
  trigger('act', {act: 'look', model: ''});
}, true);
// The card of the model that is ready stands above.
document.addEventListener('click', event => {
  const button = event.target.closest?.('#status [data-act]');
  if (button) trigger('act', {act: button.dataset.act, model: button.dataset.model});
});
// Chosen elsewhere on the page, with the sidebar folded away: what it needs is to be seen.
document.addEventListener('aula-needs', () => {
  if (!opened()) document.querySelector('.sidebar .toggle-button')?.click();
});
