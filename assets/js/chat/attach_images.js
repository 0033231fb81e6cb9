/* global element, trigger */
// Images for the next message: chosen, pasted or dropped anywhere. While one is on its way, sending waits for it: at
// most half a minute, in case it never arrives. Office programs put a picture beside the text they copy: text wins.
const input = () => {
  const button = document.querySelector('#attach');
  return button && button.parentElement.querySelector('input[type=file]');
};
const adding = () => element.querySelector('.adding');
const seen = () => document.querySelector('#message').offsetParent !== null;
const give = files => {
  const given = new DataTransfer();
  for (const file of files) given.items.add(file);
  input().files = given.files;
  input().dispatchEvent(new Event('change', {bubbles: true}));
};
element.addEventListener('click', event => {
  const remove = event.target.closest('[data-remove]');
  if (remove) trigger('remove', {number: Number(remove.dataset.remove)});
});
document.addEventListener('change', event => {
  if (event.target !== input() || !event.target.files.length || !adding()) return;
  const told = adding();
  told.classList.add('now');
  setTimeout(() => told.classList.remove('now'), 30000);
}, true);
const hold = event => {
  if (!adding() || !adding().classList.contains('now')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
};
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && event.target.closest('#message')) hold(event);
}, true);
document.addEventListener('click', event => {
  const button = event.target.closest && event.target.closest('#attach, #message .submit-button');
  if (button && button.id === 'attach') input().accept = 'image/*';
  else if (button) hold(event);
}, true);
document.addEventListener('paste', event => {
  const pasted = event.clipboardData;
  if (!pasted || !pasted.files.length || pasted.getData('text/plain') || !event.target.closest('#message')) return;
  event.preventDefault();
  give(pasted.files);
});
const files = event => seen() && event.dataTransfer && [...event.dataTransfer.types].includes('Files');
document.addEventListener('dragover', event => { if (files(event)) event.preventDefault(); });
document.addEventListener('drop', event => {
  if (!files(event)) return;
  event.preventDefault();
  give(event.dataTransfer.files);
});
