/* global element, trigger */
// The tree: a branch is gone back to.
element.addEventListener('click', event => {
  const branch = event.target.closest('[data-go]');
  if (branch) trigger('go', {node: branch.dataset.go === 'root' ? 'root' : Number(branch.dataset.go)});
});
