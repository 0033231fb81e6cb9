/* global props, trigger, watch */
// After the page was read again: each part of it in which something is under way is drawn by an event of its own.
watch('value', () => {
  for (const name of (props.value || '').split(' ')) if (name) trigger(name, {});
});
