// A setup's folded line tells what ran. That its fields have been changed since then is said there, too.
({words}) => {
  const ran = new WeakMap();  // by panel: what its fields held, from when it is first touched after a run
  const fieldsOf = panel => [...panel.querySelectorAll('input:not([type=file]), textarea, select')];
  const held = fields => JSON.stringify(fields.map(one => /checkbox|radio/.test(one.type) ? one.checked : one.value));
  const mark = (panel, changed) => {
    const {dataset} = panel.querySelector(':scope > .label-wrap > span');
    if (changed) dataset.changed = words[navigator.language] || words.en; else delete dataset.changed;
  };
  const touched = ({target}) => {
    const panel = target.closest?.('.setup-line.ran'), fields = panel && fieldsOf(panel);
    if (panel && fields.length && !ran.has(panel)) ran.set(panel, held(fields));
  };
  const changed = ({target}) => {
    const panel = target.closest?.('.setup-line');
    if (panel) setTimeout(() => {
      const fields = fieldsOf(panel);
      if (fields.length && ran.has(panel)) mark(panel, held(fields) !== ran.get(panel));
    });
  };
  const begun = ({target, type, key, shiftKey}) => {
    if (type === 'keydown' && (key !== 'Enter' || shiftKey)) return;
    const by = target.closest?.(type === 'click' ? '.doing button:is(.primary, [id$="-example"])' : 'textarea');
    const tab = by && !by.closest('.setup-line') && by.closest('#tabs > .tabitem');
    if (!tab) return;
    for (const panel of tab.querySelectorAll('.setup-line')) {
      ran.delete(panel);
      mark(panel, false);
    }
  };
  for (const kind of ['pointerdown', 'focusin']) addEventListener(kind, touched, true);
  for (const kind of ['input', 'change', 'click', 'focusout']) addEventListener(kind, changed, true);
  for (const kind of ['click', 'keydown']) addEventListener(kind, begun, true);
}
