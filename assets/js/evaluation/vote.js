/* global element, trigger */
// A pair of answers: a person's own vote.
element.addEventListener('click', event => {
  const vote = event.target.closest('[data-vote]');
  if (vote) trigger('vote', {item: vote.closest('[data-pair]').dataset.pair, vote: vote.dataset.vote});
});
