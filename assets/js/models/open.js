/* global element, trigger */
// The Models tab is opened: only now is anything of it computed. Its parts are made when they are first seen.
const seen = new IntersectionObserver(entries => {
  if (!entries.some(entry => entry.isIntersecting)) return;
  seen.disconnect();
  trigger('opened', {});
});
seen.observe(element);
