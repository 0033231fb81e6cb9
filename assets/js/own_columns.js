/* global element, trigger */
// A file's columns: what was chosen for each field of a question.
element.addEventListener('submit', event => {
  event.preventDefault();
  const chosen = new FormData(event.target);
  trigger('use', {...Object.fromEntries(chosen), choices: chosen.getAll('column')});
});
