// What is in force although it stands in a folded panel, on the address, or was set on another tab.
({names, parameters, first}) => (system, ...values) => {
  const spoken = names[navigator.language] || names.en;
  const plain = text => {
    const holder = document.createElement('span');
    holder.textContent = text;
    return holder.innerHTML;
  };
  const parts = [];
  const said = (system || '').trim().replace(/\s+/g, ' ');
  if (said) parts.push(`${spoken.system}: “${said.length > 60 ? `${said.slice(0, 60)}…` : said}”`);
  parameters.forEach((name, place) => {
    const value = values[place];
    if (value === null || value === undefined || value === '' || value === first[place]) return;
    const shown = typeof value === 'number' ? value.toLocaleString(navigator.language) : String(value).trim();
    parts.push(`${spoken[name]} ${shown}`);
  });
  return parts.length ? `<p class="quiet active">${plain(`${spoken.active} ${parts.join(' · ')}`)}</p>` : '';
}
