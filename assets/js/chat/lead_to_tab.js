/* global trigger */
// Links in a reply's details that lead to another tab.
document.addEventListener('click', event => {
  const link = event.target.closest && event.target.closest('.chat a[href^="#sampling-"]');
  if (!link) return;
  event.preventDefault();
  const [turn, column] = link.getAttribute('href').split('-').slice(1).map(Number);
  trigger('lead', {turn, column});
}, true);
