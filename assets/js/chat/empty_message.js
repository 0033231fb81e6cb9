// In the browser, where it cannot be lost: of several values that come at once, Gradio's client keeps the last. The list
// of conversations folds: the reply comes first, and unfolded again the list has what was just begun.
(...values) => {
  setTimeout(() => {
    document.querySelector('#history > .label-wrap.open')?.click();
    const box = document.querySelector('#message textarea');
    box.value = '';
    box.dispatchEvent(new Event('input', {bubbles: true}));
  });
  return values;
}
