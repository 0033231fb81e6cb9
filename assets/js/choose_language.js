// The page is read again in the chosen language. A page within another keeps its cookie apart from that page's.
// What is written and chosen on it, but for keys, waits in the browser tab for `restore_state`.
({cookie, language}) => () => {
  const framed = location.protocol === 'https:' && window.parent !== window;
  const place = framed ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
  document.cookie = `${cookie}=${language}; path=/; max-age=31536000; ${place}`;
  const fields = {}, tabs = {};
  for (const field of document.querySelectorAll('textarea, input[type=text], input:not([type]), input[type=number]')) {
    const holder = field.closest('[id]:not(input):not(textarea)');
    if (holder && field.value && !field.closest('#sidebar') && !field.readOnly) fields[holder.id] = field.value;
  }
  for (const list of document.querySelectorAll('[role=tablist]')) {
    const holder = list.closest('[id]');
    const chosen = [...list.querySelectorAll('[role=tab]')].findIndex(tab => tab.ariaSelected === 'true');
    if (holder && chosen > 0) tabs[holder.id] = chosen;
  }
  try { sessionStorage.setItem('aula-state', JSON.stringify({fields, tabs})); } catch { /* not kept, then */ }
  location.reload();
}
