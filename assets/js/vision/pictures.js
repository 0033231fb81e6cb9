/* global element, trigger */
// The pictures: one is removed, one of its questions is taken, a line of its text shows its box; and pasting, while
// the tab is seen.
element.addEventListener('click', event => {
  const remove = event.target.closest('[data-remove]');
  if (remove) trigger('remove', {number: Number(remove.dataset.remove)});
  const question = event.target.closest('[data-question]');
  if (question) trigger('question', {text: question.dataset.question});
});
const mark = (event, on) => {
  const line = event.target.closest && event.target.closest('[data-block]');
  if (!line) return;
  const box = line.closest('figure').querySelector(`rect[data-block="${line.dataset.block}"]`);
  if (box) box.classList.toggle('marked', on);
};
for (const [name, on] of [['pointerover', true], ['pointerout', false], ['focusin', true], ['focusout', false]])
  element.addEventListener(name, event => mark(event, on));
document.addEventListener('paste', event => {
  const files = [...(event.clipboardData ? event.clipboardData.files : [])];
  const input = document.querySelector('#vision-upload input[type=file]');
  if (!files.length || !input || !element.offsetParent) return;
  event.preventDefault();
  const given = new DataTransfer();
  for (const file of files) given.items.add(file);
  input.files = given.files;
  input.dispatchEvent(new Event('change', {bubbles: true}));
});
