// All that the server kept is gone: what the browser keeps of this page goes too, and the page begins anew.
(done) => {
  if (done !== 'gone') return;
  for (const kept of [() => localStorage, () => sessionStorage]) {
    try { kept().clear(); } catch { /* nothing is kept there, then */ }
  }
  location.replace(location.pathname);
}
