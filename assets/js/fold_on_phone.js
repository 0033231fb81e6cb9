// On a phone the sidebar begins folded.
() => {
  if (innerWidth < 768) setTimeout(() => document.querySelector('.sidebar.open .toggle-button')?.click(), 100);
}
