// After the page was read again in another language: what was written, chosen and drawn on it before. At first at once,
// then for good when all that opens the page has been filled in, unless the visitor has gone on meanwhile.
({values, places, late, panels, tabs, all}) => () => {
  const unchanged = {__type__: 'update'};
  const last = window.aulaOpened === all;
  if (window.aulaKept === undefined) {
    try {
      window.aulaKept = JSON.parse(sessionStorage.getItem('aula-state'));
      window.aulaLeft = structuredClone(window.aulaKept);  // for what comes late
      sessionStorage.removeItem('aula-state');
    } catch {
      window.aulaKept = null;
    }
    for (const event of ['pointerdown', 'keydown'])
      addEventListener(event, () => { window.aulaTouched = true; }, {once: true});
  }
  const kept = window.aulaKept;
  if (kept && kept.unfolded && !window.aulaGiven) {
    window.aulaGiven = true;
    window.aulaPlaces = kept.places;
    window.aulaUnfolded.open(kept.unfolded);
    if (kept.presenting) document.querySelector('#present')?.click();
    if (kept.folded) document.querySelector('.sidebar.open .toggle-button')?.click();
  }
  if (last) window.aulaKept = null;
  if (!kept || !kept.values || (last && window.aulaTouched)) return [];
  const given = values.map(id => {
    const value = kept.values[id];
    if (value === undefined || value === null || (!last && late.includes(id))) return unchanged;
    return places.includes(id) && !value.endsWith(' -->') ? unchanged : value;
  });
  const open = panels.map(id => kept.panels.includes(id) ? {...unchanged, open: true} : unchanged);
  const chosen = Object.keys(tabs).map(id => kept.tabs[id] ? {...unchanged, selected: kept.tabs[id]} : unchanged);
  return [...given, ...open, ...chosen, last ? String(Date.now()) : unchanged];
}
