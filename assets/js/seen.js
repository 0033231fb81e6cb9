/* global element, trigger */
// Something is on the screen, as a part of the page that is opened: only now is asked for what belongs there.
const seen = new IntersectionObserver(entries => {
  if (entries.some(entry => entry.isIntersecting)) trigger('opened', {});
});
seen.observe(element);
