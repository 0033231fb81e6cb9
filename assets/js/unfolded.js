// What is unfolded or picked on the page, by its place and by its key or its turn there, so that it is found again when
// the page is read anew: `opened` lists it, `open` unfolds it whenever it is drawn, until something is begun or folded.
({folds}) => {
  const isOpen = fold => {
    if (fold.matches('details')) return fold.open;
    return fold.matches('.thought-group') ? fold.childElementCount > 1 : fold.ariaPressed === 'true';
  };
  const placeOf = fold => fold.closest('[id]:not([id^=html-])');  // Gradio names these anew each time
  const within = place => [...place.querySelectorAll(folds)].filter(one => placeOf(one) === place);
  const named = fold => {
    const place = placeOf(fold);
    return place && [place.id, fold.dataset.key || within(place).indexOf(fold)];
  };
  const find = ([id, name]) => {
    const place = document.getElementById(id);
    if (typeof name === 'number') return place && within(place)[name];
    const key = `[data-key="${CSS.escape(name)}"]`;  // it may have moved to another place of its tab by now
    return (place && place.querySelector(key)) || document.querySelector(`[id^="${id.split('-')[0]}-"] ${key}`);
  };
  let wanted = [], done = new WeakSet(), waiting = false;
  const unfold = () => {
    waiting = false;
    for (const one of wanted) {
      const fold = find(one);
      if (!fold || done.has(fold)) continue;
      done.add(fold);
      if (isOpen(fold)) continue;
      if (fold.matches('details')) fold.open = true;
      else (fold.querySelector('.title') || fold).dispatchEvent(new MouseEvent('click', {bubbles: true}));
    }
  };
  const drawn = new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(unfold);
  });
  const forget = fold => {
    const folded = JSON.stringify(named(fold));
    wanted = wanted.filter(one => JSON.stringify(one) !== folded);
  };
  const end = event => {
    if (!event.isTrusted) return;
    const title = event.target.closest('.thought-group .title');
    if (title) forget(title.parentElement);
    if (title || !event.target.closest('button:not([role=tab])')) return;
    wanted = [];
    drawn.disconnect();
    removeEventListener('click', end, true);
  };
  addEventListener('toggle', event => {
    if (done.has(event.target) && event.target.isConnected && !event.target.open) forget(event.target);
  }, true);
  window.aulaUnfolded = {
    opened: () => [...document.querySelectorAll(folds)].filter(isOpen).map(named).filter(Boolean),
    open: list => {
      if (!list.length) return;
      wanted = list;
      done = new WeakSet();
      drawn.observe(document.body, {childList: true, subtree: true});
      addEventListener('click', end, true);
      unfold();
    },
  };
}
