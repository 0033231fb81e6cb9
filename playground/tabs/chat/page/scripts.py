"""What the Chat tab does in the browser. It only moves values: everything written is escaped before."""

from __future__ import annotations

EMPTY_THE_BOX = """(...values) => {
  setTimeout(() => {
    const box = document.querySelector('#message textarea');
    box.value = '';
    box.dispatchEvent(new Event('input', {bubbles: true}));
  });
  return values;
}"""
"""In the browser, where it cannot be lost: of several values that come at once, Gradio's client keeps the last."""
LEADS = """
document.addEventListener('click', event => {
  const link = event.target.closest && event.target.closest('.chat a[href^="#sampling-"]');
  if (!link) return;
  event.preventDefault();
  const [turn, column] = link.getAttribute('href').split('-').slice(1).map(Number);
  trigger('lead', {turn, column});
}, true);
"""
"""Links in a reply's details that lead to another tab."""
PICTURES = """
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
"""
"""The images of each question, above it in every column, and again after Gradio has drawn its messages anew."""
WAITING = """
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
"""
"""Images for the next message: chosen, pasted or dropped anywhere. While one is on its way, sending waits for it: at
most half a minute, in case it never arrives. Office programs put a picture beside the text they copy: text wins.
"""
