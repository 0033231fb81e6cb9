/* global element */
// The images of each question, above it in every column, and again after Gradio has drawn its messages anew.
let planned = false;
const place = () => {
  planned = false;
  for (const chat of document.querySelectorAll('#columns .chat')) {
    chat.querySelectorAll('.user-row .message.user > .message').forEach((bubble, turn) => {
      const source = element.querySelector(`template[data-turn="${turn}"]`);
      const shown = bubble.querySelector(':scope > .pictures');
      if ((shown ? shown.dataset.key : '') === (source ? source.dataset.key : '')) return;
      if (shown) shown.remove();
      if (!source) return;
      const strip = document.createElement('div');
      strip.className = 'pictures';
      strip.dataset.key = source.dataset.key;
      strip.append(source.content.cloneNode(true));
      bubble.prepend(strip);
    });
  }
};
const plan = () => {
  if (planned) return;
  planned = true;
  queueMicrotask(place);
};
const watching = new MutationObserver(plan);
watching.observe(element, {childList: true, subtree: true});
watching.observe(document.querySelector('#columns') || document.body, {childList: true, subtree: true});
plan();
