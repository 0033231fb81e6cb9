/* global element */
// Each strategy's line of explanation, on hover over its box.
document.addEventListener('pointerover', event => {
  const label = event.target.closest && event.target.closest('#prompting-strategies label');
  if (!label || label.title) return;
  const named = [...element.querySelectorAll('[data-title]')];
  const one = named.find(one => one.dataset.title === label.textContent.trim());
  if (one) label.title = one.dataset.info;
});
