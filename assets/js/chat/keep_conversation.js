/* global props, watch */
// Which conversation this browser tab shows: a number without a meaning, kept as long as the tab is, through reloads.
// Where the browser keeps nothing, a reload begins a new one.
const PLACE = 'aula-conversation';
const known = () => { try { return sessionStorage.getItem(PLACE) || ''; } catch { return ''; } };
const keep = () => { try { sessionStorage.setItem(PLACE, props.value); } catch { /* not kept, then */ } };
const begun = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));  // randomUUID needs https, which a classroom seldom has
  return [...bytes].map(one => one.toString(16).padStart(2, '0')).join('');
};
props.value = /^[0-9a-f]{32}$/.test(known()) ? known() : begun();
keep();
watch('value', keep);
