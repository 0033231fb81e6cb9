// What is in force although it stands in a folded panel, on the address, or was set on another tab.
({words, first, before, places}) => (...given) => {
  const spoken = words[navigator.language] || words.en;
  const [assistant, called, system] = before ? given : [];
  const values = given.slice(before);
  const plain = text => {
    const holder = document.createElement('span');
    holder.textContent = text;
    return holder.innerHTML;
  };
  const parts = [];
  if (assistant) parts.push(`${spoken.assistant}: ${(called || {})[assistant] || assistant}`);
  const said = (system || '').trim().replace(/\s+/g, ' ');
  if (said) parts.push(`${spoken.system}: “${said.length > 60 ? `${said.slice(0, 60)}…` : said}”`);
  first.forEach((at_first, place) => {
    const value = values[place];
    if (value === null || value === undefined || value === '' || value === at_first) return;
    if (typeof value === 'boolean') parts.push(spoken[value ? 'on' : 'off'][place]);
    else {
      const shown = typeof value === 'number' ? value.toLocaleString(navigator.language) : String(value).trim();
      parts.push(`${spoken.on[place]} ${shown}`);
    }
  });
  const line = parts.length ? `<p class="quiet active">${plain(`${spoken.lead} ${parts.join(' · ')}`)}</p>` : '';
  return Array(places).fill(line);
}
