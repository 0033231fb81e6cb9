/* global element, trigger */
// A scanned file: its pictures are to be read.
element.addEventListener('click', event => {
  const button = event.target.closest('[data-ocr]');
  if (button) trigger('ocr', {name: button.dataset.ocr});
});
