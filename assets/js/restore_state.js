// After the page was read again in another language: what was written, chosen and drawn on a part of it before. At first
// at once, then for good when all that fills the part has ended, unless the visitor has gone on there meanwhile. A part
// that comes late (all but `page`) is told that it is there.
({part, values, places, late, panels, tabs, all}) => () => {
  const unchanged = {__type__: 'update'};
  if (window.aulaKept === undefined) {
    try {
      window.aulaKept = JSON.parse(sessionStorage.getItem('aula-state'));
      sessionStorage.removeItem('aula-state');
    } catch {
      window.aulaKept = null;
    }
  }
  const kept = window.aulaKept, parts = window.aulaParts ??= {}, state = parts[part] ??= {opened: 0};
  const first = !state.given, last = state.opened === all, now = String(Date.now());
  if (first) {
    state.given = true;
    for (const event of ['pointerdown', 'keydown'])
      addEventListener(event, () => { state.touched = true; }, {once: true});
  }
  if (first && kept && kept.unfolded && part === 'page') {
    window.aulaPlaces = kept.places;
    window.aulaUnfolded.open(kept.unfolded);
    if (kept.presenting) document.querySelector('#present')?.click();
    if (kept.folded) document.querySelector('.sidebar.open .toggle-button')?.click();
  }
  const held = kept && kept.values ? values.map(id => kept.values[id] ?? null) : null;
  if (held && last) values.forEach(id => { delete kept.values[id]; });
  const given = values.map((id, at) => {
    if (!held || held[at] === null || (!last && late.includes(id))) return unchanged;
    return places.includes(id) && !held[at].endsWith(' -->') ? unchanged : held[at];
  });
  const open = panels.map(id => held && kept.panels.includes(id) ? {...unchanged, open: true} : unchanged);
  const chosen = Object.keys(tabs).map(id => held && kept.tabs[id] ? {...unchanged, selected: kept.tabs[id]} : unchanged);
  const back = last && state.touched ? [...given, ...open, ...chosen].fill(unchanged) : [...given, ...open, ...chosen];
  const came = held && last && !state.touched ? now : unchanged;
  return part === 'page' ? [...back, came] : [...back, came, first ? now : unchanged];
}
