/* global element, trigger */
// The page beside: it takes the focus, shows its highlighted passage, and gives the focus back when it is closed.
let before = null;
const panel = () => element.querySelector('.reader');
const closePage = () => {
  if (!panel()) return;
  element.classList.add('closed');
  trigger('close', {});
  if (before && before.isConnected) before.focus();
  before = null;
};
const opened = () => {
  if (!panel()) return;
  element.classList.remove('closed');
  if (!element.contains(document.activeElement)) before = document.activeElement;
  panel().focus({preventScroll: true});
  const mark = panel().querySelector('mark'), text = panel().querySelector('.page-text');
  if (mark && text) text.scrollTop = mark.offsetTop - text.clientHeight / 3;
};
new MutationObserver(opened).observe(element, {childList: true, subtree: true});
element.addEventListener('click', event => { if (event.target.closest('[data-close]')) closePage(); });
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && panel() && !element.classList.contains('closed')) closePage();
});
