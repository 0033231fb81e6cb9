// How many of the events that fill a part of the page have ended: after the last, what was on it is given back for good.
({part, all}) => () => {
  const parts = window.aulaParts ??= {}, state = parts[part] ??= {opened: 0};
  state.opened++;
  if (state.opened === all) document.querySelector(`#restore-${part}`)?.click();
}
