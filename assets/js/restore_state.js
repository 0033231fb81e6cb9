// After the page was read again in another language: what was written and chosen on it before.
() => {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem('aula-state'));
    sessionStorage.removeItem('aula-state');
  } catch { /* nothing was kept */ }
  if (!kept) return;
  const restore = () => {
    for (const [id, place] of Object.entries(kept.tabs)) {
      const tab = document.getElementById(id)?.querySelector('[role=tablist]')?.querySelectorAll('[role=tab]')[place];
      if (!tab) continue;
      if (tab.ariaSelected !== 'true') tab.click();
      else delete kept.tabs[id];
    }
    for (const [id, value] of Object.entries(kept.fields)) {
      const field = document.getElementById(id)?.querySelector('textarea, input');
      if (!field || field.value === value) continue;
      field.value = value;
      field.dispatchEvent(new Event('input', {bubbles: true}));
    }
  };
  // Tabs are drawn when they are opened, and the server fills fields in a moment later: until the visitor goes on.
  const watcher = new MutationObserver(restore);
  watcher.observe(document.body, {childList: true, subtree: true, attributes: true});
  for (const event of ['pointerdown', 'keydown']) addEventListener(event, () => watcher.disconnect(), {once: true});
  restore();
}
