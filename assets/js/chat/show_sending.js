// While a reply is under way Stop stands in Send's place; what could not be sent goes back into the box.
(value) => {
  const {running = false, unsent} = JSON.parse(value || '{}');
  const shown = {__type__: 'update', submit_btn: !running, stop_btn: running};
  return unsent ? {...shown, value: unsent} : shown;
}
