// Gradio's client (6) notes every input of an event that has ended, for good, and with each message from the server
// looks all of them up among the page's components: on a page that was used for a while, two thirds of what an answer
// cost the browser. Only an input that streams needs that, and none does here.
({part}) => {
  const forget = async ({name}) => {
    for (const {prototype} of Object.values(await import(name))) {
      const resolve = prototype?.resolve_args;
      if (!resolve) continue;
      prototype.resolve_args = function (told) {
        return resolve.call(this, told.stream_state === 'closed' ? {...told, stream_state: null} : told);
      };
    }
  };
  new PerformanceObserver((list, observer) => {
    const found = list.getEntries().find(({name}) => name.includes(part));
    if (!found) return;
    observer.disconnect();
    forget(found);
  }).observe({type: 'resource', buffered: true});
}
