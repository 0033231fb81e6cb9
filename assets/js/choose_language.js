// The page is read again in the chosen language. A page within another keeps its cookie apart from that page's.
({cookie, language}) => () => {
  const framed = location.protocol === 'https:' && window.parent !== window;
  const place = framed ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
  document.cookie = `${cookie}=${language}; path=/; max-age=31536000; ${place}`;
  location.reload();
}
