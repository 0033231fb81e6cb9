// While a reply is under way Stop stands in Send's place; what could not be sent goes back into the box.
// A model that this computer has answered with is here, whatever had to be fetched before.
(value) => {
  const {running = false, unsent, ran = [], here} = JSON.parse(value || '{}');
  const columns = document.querySelectorAll('.chat-column');
  for (const place of ran) {
    const sign = columns[place]?.querySelector('.place.local');
    if (sign) sign.lastChild.textContent = ` ${here}`;
  }
  const shown = {__type__: 'update', submit_btn: !running, stop_btn: running};
  return unsent ? {...shown, value: unsent} : shown;
}
