// Dark and light.
() => {
  const dark = !document.body.classList.contains('dark');
  try { localStorage.setItem('aula-theme', dark ? 'dark' : 'light'); } catch { /* not kept, then */ }
  document.body.classList.toggle('dark', dark);
}
