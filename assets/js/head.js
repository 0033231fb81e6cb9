// Of the page itself: Esc stops, the chosen tab is in view, the chosen theme is kept, every button has a name.
({names}) => {
  // Nobody changes the events, yet Svelte (5) would watch every one of them, since they are plain objects, and Gradio
  // (6) looks through all of them for each component: a quarter of what opening the page took.
  for (const event of window.gradio_config.dependencies) Object.setPrototypeOf(event, Object.create(Object.prototype));
  addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    for (const stop of document.querySelectorAll('#message .stop-button, .stops')) stop.click();
  });
  const start = () => {
    new MutationObserver(changes => {  // where the row of tabs scrolls sideways, the chosen one is in view
      for (const {target} of changes)
        if (target.ariaSelected === 'true' && target.matches('[role=tab]'))
          target.parentElement.scrollTo({left: target.offsetLeft - (target.parentElement.clientWidth - target.offsetWidth) / 2});
    }).observe(document.body, {attributes: true, attributeFilter: ['aria-selected'], subtree: true});
    let printing = false, paled = false;  // paper is light, whatever the theme
    addEventListener('beforeprint', () => {
      printing = true;
      paled = document.body.classList.contains('dark');
      document.body.classList.remove('dark');
    });
    addEventListener('afterprint', () => {
      printing = false;
      if (paled) document.body.classList.add('dark');
    });
    const dress = () => {
      if (printing) return;
      let wanted;
      try { wanted = localStorage.getItem('aula-theme'); } catch { return; }
      const dark = document.body.classList.contains('dark');
      if (wanted && dark !== (wanted === 'dark')) document.body.classList.toggle('dark');
    };
    dress();
    new MutationObserver(dress).observe(document.body, {attributes: true, attributeFilter: ['class']});
    const spoken = names[navigator.language] || names.en;
    new MutationObserver(() => {
      for (const [place, name] of Object.entries(spoken))
        for (const button of document.querySelectorAll(place))
          if (button.ariaLabel !== name) button.ariaLabel = button.title = name;
      for (const arrow of document.querySelectorAll(".thought-group .title button[aria-label='']:not([aria-hidden])")) {
        arrow.ariaHidden = 'true';  // within a button of its own: no second one for the keyboard
        arrow.disabled = true;
      }
      for (const list of document.querySelectorAll('.examples[role=list]')) list.role = 'group';  // of buttons, no items
    }).observe(document.body, {childList: true, subtree: true});
  };
  if (document.body) start(); else addEventListener('DOMContentLoaded', start);  // Gradio inserts this late
}
