// The presenter's size: large type and no sidebar, for a projector; again, and the page is as before.
() => {
  document.body.classList.toggle('presenting');
  dispatchEvent(new Event('resize'));
}
