// On a phone the sidebar begins folded: it is not shown (`frame.css`) before it is.
() => {
  if (innerWidth > 768) document.body.classList.add('folded');
  else setTimeout(() => {
    document.querySelector('.sidebar.open .toggle-button')?.click();
    setTimeout(() => document.body.classList.add('folded'), 400);  // it slides away
  }, 100);
}
