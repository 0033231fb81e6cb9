// Gradio's client (6) counts, with each frame that is drawn, for how long the page has been loading, tells nobody, and
// goes on for as long as the page is open: a tenth of a processor for a page that does nothing. Of those that count the
// first is that; the others end. Before Gradio takes `requestAnimationFrame` for itself.
({part}) => {
  const draw = window.requestAnimationFrame;
  let counted = false;
  const counts = () => new Error().stack.split('\n').find(caller => caller.includes('/assets/'))?.includes(part);
  window.requestAnimationFrame = step => {
    if (counted || !counts()) return draw.call(window, step);
    counted = true;
    return 0;
  };
}
