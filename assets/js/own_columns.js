/* global element, trigger, watch */
// A file's columns: what was chosen for each field of a question. In another language they are chosen as they were.
element.addEventListener('submit', event => {
  event.preventDefault();
  const chosen = new FormData(event.target);
  trigger('use', {...Object.fromEntries(chosen), choices: chosen.getAll('column')});
});
const place = () => element.closest('[id]:not([id^=html-])').id;
const fields = () => [...element.querySelectorAll('select, input')];
document.addEventListener('aula-keep', ({detail}) => {
  detail[place()] = fields().map(one => one.type === 'checkbox' ? one.checked : one.value);
});
const choose = () => {
  const before = (window.aulaPlaces || {})[place()], now = fields();
  if (!before || !before.length || before.length !== now.length) return;
  delete window.aulaPlaces[place()];
  now.forEach((one, at) => {
    if (one.type === 'checkbox') one.checked = before[at];
    else if ([...one.options].some(option => option.value === before[at])) one.value = before[at];
  });
};
watch('value', () => setTimeout(choose));
