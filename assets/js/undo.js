/* global element, trigger */
// The way back from what was just begun anew or taken away.
element.addEventListener('click', event => { if (event.target.closest('[data-undo]')) trigger('undo', {}); });
