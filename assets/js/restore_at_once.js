// What was on the page before it was read again; once more when it has been filled in: see `count_opened`.
() => {
  document.querySelector('#restore-page')?.click();
}
