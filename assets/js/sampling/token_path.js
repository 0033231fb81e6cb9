/* global element, trigger, watch */
// The path: hovering or focusing a token shows what else was possible; clicking it, or Enter, lets one choose.
const card = document.createElement('div');
card.className = 'token-card';
card.hidden = true;
card.setAttribute('role', 'dialog');
(element.closest('.gradio-container') || document.body).append(card);
let shown = null, pinned = false, leaving = 0;

const made = (tag, name, text) => {
  const one = document.createElement(tag);
  if (name) one.className = name;
  one.textContent = text;
  return one;
};
const piece = text => {  // the sign for a space is drawn by the style sheet, since few fonts have it
  const one = made('span', 'piece', '');
  text.split('␠').forEach((part, at) => one.append(...(at ? [made('i', '', '␠')] : []), part));
  return one;
};
const closeCard = back => {
  clearTimeout(leaving);
  if (back && shown) shown.focus();
  shown = null; pinned = false; card.hidden = true;
};
const place = () => {
  const at = shown.getBoundingClientRect(), width = card.offsetWidth, height = card.offsetHeight;
  card.style.left = Math.max(8, Math.min(at.left, innerWidth - width - 8)) + 'px';
  const below = at.bottom + 6;
  card.style.top = (below + height > innerHeight - 8 && at.top - 6 - height > 0 ? at.top - 6 - height : below) + 'px';
};
const openCard = token => {
  clearTimeout(leaving);
  if (shown === token) return;
  shown = token; pinned = false;
  const words = element.querySelector('.words').dataset, node = Number(token.dataset.node);
  const list = document.createElement('ol');
  for (const line of token.dataset.others.split('\n').filter(Boolean)) {
    const [name, chance, id] = line.split('\t'), item = document.createElement('li');
    const row = made(id ? 'button' : 'span', 'other', '');
    if (id === token.dataset.id) row.ariaCurrent = 'true';
    if (id) {
      row.type = 'button';
      row.addEventListener('click', () => { closeCard(); trigger('fork', {node, token: Number(id)}); });
    }
    const bar = made('i', '', '');
    bar.style.width = (parseFloat(chance) || 0) + '%';
    const track = made('span', 'track', '');
    track.append(bar);
    row.append(piece(name), track, made('span', 'number', chance));
    item.append(row);
    list.append(item);
  }
  const head = made('p', 'head', '');
  head.append(piece(token.dataset.piece), ' ' + token.dataset.fact);
  card.setAttribute('aria-label', token.getAttribute('aria-label'));
  card.replaceChildren(head, made('p', 'quiet', words.alternatives), list);
  if (words.here) {
    const here = made('button', 'here', words.here);
    here.type = 'button';
    here.addEventListener('click', () => { closeCard(); trigger('go', {node}); });
    card.append(here);
  }
  card.hidden = false;
  place();
};
const pin = token => {
  openCard(token);
  pinned = true;
  card.querySelector('button')?.focus({preventScroll: true});
};
const leave = () => { clearTimeout(leaving); leaving = setTimeout(() => pinned || closeCard(), 200); };
const tokenOf = event => event.target.closest && event.target.closest('[data-node]');

element.addEventListener('pointerover', event => {
  const token = tokenOf(event);
  if (token && !pinned && event.pointerType === 'mouse') openCard(token);
});
element.addEventListener('pointerout', event => { if (tokenOf(event)) leave(); });
card.addEventListener('pointerenter', () => clearTimeout(leaving));
card.addEventListener('pointerleave', leave);
element.addEventListener('focusin', event => {
  const token = tokenOf(event);
  if (token && !pinned && token.matches(':focus-visible')) openCard(token);
});
element.addEventListener('focusout', event => { if (!card.contains(event.relatedTarget)) leave(); });
card.addEventListener('focusout', event => {
  if (pinned && event.relatedTarget && !card.contains(event.relatedTarget)) closeCard();
});
element.addEventListener('click', event => { const token = tokenOf(event); if (token) pin(token); });
element.addEventListener('keydown', event => {
  const token = tokenOf(event);
  if (!token) return;
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (step) {
    const all = [...element.querySelectorAll('[data-node]')];
    all[all.indexOf(token) + step]?.focus();
  } else if (event.key === 'Enter' || event.key === ' ') pin(token);
  else return;
  event.preventDefault();
});
document.addEventListener('keydown', event => { if (event.key === 'Escape' && shown) closeCard(pinned); });
document.addEventListener('pointerdown', event => {
  if (shown && !card.contains(event.target) && !tokenOf(event)) closeCard();
});
addEventListener('scroll', event => {
  if (shown && !card.contains(event.target)) pinned ? place() : closeCard();
}, true);
watch('value', () => closeCard());
