// Gradio's client (6) gives a message of the server's its turn where the page is seen, and takes it at once where it is
// hidden: what comes as a visitor turns to another tab of the browser would be drawn before what still waits. A redraw
// tells what is new since the one before, so a reply would be garbled, or the page's line given up. What waits as the
// page is hidden is taken then.
({mark}) => {
  const turn = window.setTimeout, waiting = new Map();
  window.setTimeout = (take, delay, ...given) => {
    if (!given[0]?.[mark]) return turn(take, delay, ...given);
    const number = turn(() => {
      waiting.delete(number);
      take(...given);
    }, delay);
    waiting.set(number, () => take(...given));
    return number;
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return;
    for (const [number, take] of waiting) {
      clearTimeout(number);
      take();
    }
    waiting.clear();
  }, true);
}
