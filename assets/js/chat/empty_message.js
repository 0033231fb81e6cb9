// In the browser, where it cannot be lost: of several values that come at once, Gradio's client keeps the last.
(...values) => {
  setTimeout(() => {
    const box = document.querySelector('#message textarea');
    box.value = '';
    box.dispatchEvent(new Event('input', {bubbles: true}));
  });
  return values;
}
