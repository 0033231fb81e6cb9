// The page is read again in the chosen language. A page within another keeps its cookie apart from that page's.
// What is written, chosen, unfolded and drawn on it, but for keys, waits in the browser tab for `restore_state`.
({cookie, language, values, panels, tabs}) => (...held) => {
  const framed = location.protocol === 'https:' && window.parent !== window;
  const place = framed ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
  document.cookie = `${cookie}=${language}; path=/; max-age=31536000; ${place}`;
  const kept = {values: {}, panels: [], tabs: {}, places: {}, unfolded: window.aulaUnfolded.opened()};
  document.dispatchEvent(new CustomEvent('aula-keep', {detail: kept.places}));  // what a place's own script holds
  kept.presenting = document.body.classList.contains('presenting');
  kept.folded = innerWidth >= 768 && !document.querySelector('.sidebar.open');
  const left = window.aulaKept || {values: {}, panels: [], tabs: {}};  // what came late and was not seen this time
  values.forEach((id, at) => { kept.values[id] = held[at] ?? left.values[id]; });
  kept.panels = panels.filter(id => {
    const panel = document.getElementById(id);
    return panel ? panel.querySelector(':scope > .label-wrap.open') : left.panels.includes(id);
  });
  for (const id of Object.keys(tabs)) {
    const list = document.getElementById(id)?.querySelector('[role=tablist]');
    const chosen = list ? [...list.querySelectorAll('[role=tab]')].findIndex(tab => tab.ariaSelected === 'true') : -1;
    if (chosen >= 0) kept.tabs[id] = tabs[id][chosen];
    else if (!list && left.tabs[id]) kept.tabs[id] = left.tabs[id];
  }
  try { sessionStorage.setItem('aula-state', JSON.stringify(kept)); } catch { /* not kept, then */ }
  location.reload();
}
