// Before Gradio reads the browser's language: the one that was chosen on the page, else the answer's own.
({cookie, language}) => {
  const chosen = document.cookie.match(new RegExp(`(?:^|; )${cookie}=([a-z]{2})`));
  const spoken = chosen ? chosen[1] : language;
  Object.defineProperty(navigator, 'language', {get: () => spoken});
  Object.defineProperty(navigator, 'languages', {get: () => [spoken]});
}
