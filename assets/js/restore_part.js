// A part of the page has come late. Where the page was read again in another language, what was written, chosen and drawn
// there is given back: see `restore_state`.
({values, places, panels, tabs}) => () => {
  const kept = window.aulaLeft;
  if (!kept || !kept.values || !values.some(id => id in kept.values)) return [];
  const unchanged = {__type__: 'update'};
  const given = values.map(id => {
    const value = kept.values[id];
    delete kept.values[id];
    if (value === undefined || value === null) return unchanged;
    return places.includes(id) && !value.endsWith(' -->') ? unchanged : value;
  });
  const open = panels.map(id => kept.panels.includes(id) ? {...unchanged, open: true} : unchanged);
  const chosen = Object.keys(tabs).map(id => kept.tabs[id] ? {...unchanged, selected: kept.tabs[id]} : unchanged);
  return [...given, ...open, ...chosen, String(Date.now())];
}
