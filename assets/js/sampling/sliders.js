/* global element, watch */
// The sliders beside the bars are the sidebar's once more: one that is moved here moves there, and the bars with it.
const sliders = () => element.querySelectorAll('input[data-control]');
const theirs = one => document.querySelector(`#${one.dataset.control} input[type=range]`);
const say = one => {
  one.previousElementSibling.textContent = Number(one.value).toLocaleString(navigator.language);
};
element.addEventListener('input', event => {
  const one = event.target, other = theirs(one);
  say(one);
  if (!other) return;
  other.value = one.value;
  other.dispatchEvent(new Event('input', {bubbles: true}));
});
const follow = () => {
  for (const one of sliders()) {
    if (theirs(one)) one.value = theirs(one).value;
    say(one);
  }
};
watch('value', () => setTimeout(follow));
element.addEventListener('follow', follow);
follow();
