/* global element, watch */
// On a phone, what was asked for comes into view: what it was asked with stands above it.
watch('value', () => setTimeout(() => {
  const narrow = window.matchMedia('(max-width: 640px)').matches;
  if (narrow && element.querySelector('figure, [role=alert]')) element.scrollIntoView({block: 'start', behavior: 'smooth'});
}));
