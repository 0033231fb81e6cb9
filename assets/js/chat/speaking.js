/* global element, trigger, watch */
// That a model hardly speaks a language is told once, also after a restart: the browser remembers it.
const told = 'aula-told-language';
const leave = () => element.querySelector('.notice')?.setAttribute('hidden', '');
watch('value', () => {
  if (!element.querySelector('.notice')) return;
  if (localStorage.getItem(told)) leave();
  else {
    localStorage.setItem(told, '1');
    if (window.matchMedia('(max-width: 640px)').matches) element.scrollIntoView({block: 'center'});
  }
});
element.addEventListener('click', event => {
  if (event.target.closest('[data-dismiss]')) leave();
  const use = event.target.closest('[data-use]');
  if (!use) return;
  leave();
  document.dispatchEvent(new Event('aula-needs'));
  trigger('use', {model: use.dataset.use});
});
