/* global element, trigger, watch */
// Attention: every layer and head of a sentence came at once, so that moving between them only draws. A figure a model.
const ACCENT = [20, 150, 138], MASK = [100, 116, 139];
const ROW = 26;
const NS = 'http://www.w3.org/2000/svg';
const shown = new WeakMap();

const stateOf = figure => {
  if (shown.has(figure)) return shown.get(figure);
  const {weights, tokens, layers, heads, causal} = figure.dataset;
  const raw = atob(weights), levels = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) levels[at] = raw.charCodeAt(at);
  const names = JSON.parse(tokens), count = names.length;
  const state = {
    names, count, levels, layers: Number(layers), heads: Number(heads), causal: causal === '1',
    layer: 0, head: 0, token: count - 1, off: {heads: new Set(), layers: new Set()},
  };
  state.size = state.causal ? count * (count + 1) / 2 : count * count;
  shown.set(figure, state);
  return state;
};
// How much `row` takes from `column`, 0 to 1.
const weight = (state, layer, head, row, column) => {
  if (state.causal && column > row) return 0;
  const from = (layer * state.heads + head) * state.size;
  return state.levels[from + (state.causal ? row * (row + 1) / 2 : row * state.count) + column] / 255;
};
const paint = (canvas, state, layer, head) => {
  const {count} = state;
  canvas.width = canvas.height = count;
  const picture = new ImageData(count, count);
  for (let row = 0; row < count; row++) for (let column = 0; column < count; column++) {
    const at = (row * count + column) * 4, masked = state.causal && column > row;
    const colour = masked ? MASK : ACCENT;
    picture.data.set(colour, at);
    picture.data[at + 3] = masked ? 46 : Math.round(255 * Math.sqrt(weight(state, layer, head, row, column)));
  }
  canvas.getContext('2d').putImageData(picture, 0, 0);
};
const percent = share => new Intl.NumberFormat(document.documentElement.lang || navigator.language,
  {style: 'percent', maximumFractionDigits: 0}).format(share);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const drawLines = (figure, state) => {
  const svg = figure.querySelector('svg.lines'), {count, layer, head, token} = state;
  svg.setAttribute('viewBox', `0 0 100 ${count * ROW}`);
  svg.style.height = `${count * ROW}px`;
  const lines = [];
  for (let column = 0; column < count; column++) {
    const share = weight(state, layer, head, token, column);
    if (share < 0.01) continue;
    const line = document.createElementNS(NS, 'line');
    for (const [name, value] of Object.entries({x1: 0, y1: (token + .5) * ROW, x2: 100, y2: (column + .5) * ROW}))
      line.setAttribute(name, value);
    line.style.strokeWidth = `${1 + 7 * share}px`;
    line.style.opacity = .25 + .75 * share;
    lines.push(line);
  }
  svg.replaceChildren(...lines);
};
const drawLooks = (figure, state) => {
  const {names, count, layer, head, token} = state;
  const shares = names.map((name, column) => ({name, column, share: weight(state, layer, head, token, column)}));
  const best = [...shares].sort((one, other) => other.share - one.share).slice(0, 5).filter(one => one.share >= .01);
  const told = figure.querySelector('.looks');
  told.textContent = fill(figure.dataset.looks, {
    token: names[token], layer: layer + 1, head: head + 1,
    list: best.map(one => `${one.name} ${percent(one.share)}`).join(', '),
  });
  const to = figure.querySelectorAll('.to span');
  for (const one of shares) {
    const masked = state.causal && one.column > token;
    to[one.column].classList.toggle('masked', masked);
    to[one.column].style.setProperty('--share', one.share);
    to[one.column].querySelector('b').textContent = masked ? '' : one.share >= .01 ? percent(one.share) : '';
  }
  figure.querySelectorAll('.from button').forEach((button, row) => {
    button.setAttribute('aria-pressed', String(row === token));
    button.tabIndex = row === token ? 0 : -1;
  });
  figure.dataset.drawn = `${layer}.${head}.${token}/${count}`;
};
const drawHead = (figure, state) => {
  const {layer, head} = state;
  paint(figure.querySelector('canvas.heat'), state, layer, head);
  drawLines(figure, state);
  drawLooks(figure, state);
  for (const [name, value] of [['layer', layer], ['head', head]]) {
    const control = figure.querySelector(`input[data-choose=${name}]`);
    control.value = value + 1;
    control.closest('label').querySelector('output').textContent = value + 1;
  }
  for (const mini of figure.querySelectorAll('.mini')) {
    const here = Number(mini.dataset.layer) === layer && Number(mini.dataset.head) === head;
    mini.setAttribute('aria-pressed', String(here));
  }
  const {off} = state;
  figure.querySelector('[data-switch=head]').setAttribute('aria-pressed', String(off.heads.has(`${layer}.${head}`)));
  figure.querySelector('[data-switch=layer]').setAttribute('aria-pressed', String(off.layers.has(layer)));
};
const mini = (figure, state, layer, head) => {
  const button = document.createElement('button'), canvas = document.createElement('canvas');
  button.type = 'button';
  button.className = 'mini';
  Object.assign(button.dataset, {layer, head});
  button.title = fill(figure.dataset.mini, {layer: layer + 1, head: head + 1});
  button.setAttribute('aria-label', button.title);
  paint(canvas, state, layer, head);
  button.append(canvas);
  return button;
};
const drawLayer = (figure, state) => {
  const minis = Array.from({length: state.heads}, (_, head) => mini(figure, state, state.layer, head));
  figure.querySelector('.minis').replaceChildren(...minis);
  markOff(figure, state);
};
const markOff = (figure, {off}) => {
  for (const one of figure.querySelectorAll('.mini')) {
    const {layer, head} = one.dataset;
    one.classList.toggle('off', off.layers.has(Number(layer)) || off.heads.has(`${layer}.${head}`));
  }
};
const choose = (figure, wanted) => {
  const state = stateOf(figure), before = state.layer;
  Object.assign(state, wanted);
  if (state.layer !== before) drawLayer(figure, state);
  drawHead(figure, state);
};
const build = () => {
  for (const figure of element.querySelectorAll('figure.attention:not([data-drawn])')) {
    const state = stateOf(figure);
    state.layer = Math.floor(state.layers / 2);
    goOn(figure.dataset.ref, state);
    drawLayer(figure, state);
    drawHead(figure, state);
  }
};
const place = () => element.closest('[id]:not([id^=html-])').id;
// As it was before the page was read again in another language.
const goOn = (ref, state) => {
  const before = (window.aulaPlaces || {})[place()]?.[ref];
  if (!before || before.sentence !== state.names.join('')) return;
  const {layer, head, token} = before;
  Object.assign(state, {layer, head, token});
  for (const what of ['heads', 'layers']) for (const one of before[what]) state.off[what].add(one);
};
document.addEventListener('aula-keep', ({detail}) => {
  const held = {};
  for (const figure of element.querySelectorAll('figure.attention[data-drawn]')) {
    const {names, layer, head, token, off} = stateOf(figure);
    held[figure.dataset.ref] = {sentence: names.join(''), layer, head, token, heads: [...off.heads], layers: [...off.layers]};
  }
  detail[place()] = held;
});
const toggle = (figure, what) => {
  const state = stateOf(figure), {off, layer, head} = state;
  const [set, key] = what === 'layer' ? [off.layers, layer] : [off.heads, `${layer}.${head}`];
  if (what === 'none') { off.heads.clear(); off.layers.clear(); }
  else if (set.has(key)) set.delete(key); else set.add(key);
  markOff(figure, state);
  drawHead(figure, state);
  trigger('ablate', {
    ref: figure.dataset.ref, heads: [...off.heads].map(one => one.split('.').map(Number)), layers: [...off.layers],
  });
};
const cell = event => {
  const canvas = event.target.closest('canvas.heat');
  if (!canvas) return null;
  const figure = canvas.closest('figure'), state = stateOf(figure), box = canvas.getBoundingClientRect();
  const at = (place, from, size) => Math.max(0, Math.min(state.count - 1, Math.floor((place - from) / size * state.count)));
  return {figure, state, row: at(event.clientY, box.top, box.height), column: at(event.clientX, box.left, box.width)};
};

element.addEventListener('input', event => {
  const what = event.target.dataset.choose;
  if (what) choose(event.target.closest('figure'), {[what]: Number(event.target.value) - 1});
});
element.addEventListener('click', event => {
  const figure = event.target.closest('figure.attention');
  if (!figure) return;
  const small = event.target.closest('.mini'), from = event.target.closest('.from button');
  const turned = event.target.closest('[data-switch]'), asked = event.target.closest('[data-ask]'), at = cell(event);
  if (small) choose(figure, {layer: Number(small.dataset.layer), head: Number(small.dataset.head)});
  else if (from) choose(figure, {token: Number(from.dataset.row)});
  else if (turned) toggle(figure, turned.dataset.switch);
  else if (asked) {
    const {ask, method} = asked.dataset, wanted = {ref: figure.dataset.ref, position: stateOf(figure).token};
    if (ask === 'lens') trigger('lens', wanted); else trigger('salience', {...wanted, method});
  }
  else if (at) choose(figure, {token: at.row});
});
element.addEventListener('pointermove', event => {
  const at = cell(event);
  if (!at) return;
  const {figure, state, row, column} = at, masked = state.causal && column > row;
  figure.querySelector('.under').textContent = fill(masked ? figure.dataset.masked : figure.dataset.cell, {
    from: state.names[row], to: state.names[column],
    share: percent(weight(state, state.layer, state.head, row, column)),
  });
});
element.addEventListener('keydown', event => {
  const from = event.target.closest('.from button');
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (!from || !step) return;
  event.preventDefault();
  const figure = from.closest('figure'), state = stateOf(figure);
  choose(figure, {token: Math.max(0, Math.min(state.count - 1, state.token + step))});
  figure.querySelectorAll('.from button')[state.token].focus();
});
element.addEventListener('toggle', event => {
  const grid = event.target.querySelector && event.target.querySelector('.every');
  if (!grid || !event.target.open || grid.childElementCount) return;
  const figure = event.target.closest('figure'), state = stateOf(figure);
  grid.style.setProperty('--heads', state.heads);
  for (let layer = 0; layer < state.layers; layer++)
    for (let head = 0; head < state.heads; head++) grid.append(mini(figure, state, layer, head));
  markOff(figure, state);
  drawHead(figure, state);
}, true);
watch('value', () => setTimeout(() => {
  build();
  const narrow = window.matchMedia('(max-width: 640px)').matches; // as in `show_result.js`
  if (narrow && element.querySelector('figure')) element.scrollIntoView({block: 'start', behavior: 'smooth'});
}));
build();
