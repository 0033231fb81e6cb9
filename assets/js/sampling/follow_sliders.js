// The sidebar's sliders have moved, by whomever: those beside the bars follow.
() => {
  setTimeout(() => document.querySelector('#sampling-sliders .beside-bars')?.dispatchEvent(new Event('follow', {bubbles: true})));
}
