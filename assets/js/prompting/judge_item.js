/* global element, trigger */
// An opened item: a person's own judgement.
element.addEventListener('click', event => {
  const mark = event.target.closest('[data-score]');
  if (!mark) return;
  const {column, item, repeat} = mark.closest('[data-column]').dataset;
  trigger('mark', {column, item, repeat: Number(repeat), score: Number(mark.dataset.score)});
});
