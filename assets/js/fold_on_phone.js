// On a phone the sidebar begins folded: it is not shown (`frame.css`) before it is. A page that becomes as narrow, by zoom
// or turned, folds it too, and unfolds it when there is room again.
() => {
  const narrow = matchMedia('(max-width: 768px)');
  let folded = false;
  const turn = open => document.querySelector(`.sidebar${open ? '.open' : ':not(.open)'} .toggle-button`)?.click();
  narrow.addEventListener('change', ({matches}) => {
    if (matches) folded = Boolean(document.querySelector('.sidebar.open'));
    if (folded) turn(matches);
  });
  if (!narrow.matches) document.body.classList.add('folded');
  else setTimeout(() => {
    folded = true;
    turn(true);
    setTimeout(() => document.body.classList.add('folded'), 400);  // it slides away
  }, 100);
}
