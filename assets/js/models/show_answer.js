/* global element, watch */
// An answer that stands below what was asked about comes into view.
watch('value', () => setTimeout(() => {
  if (element.querySelector('.answer, [role=alert]')) element.scrollIntoView({block: 'nearest', behavior: 'smooth'});
}));
