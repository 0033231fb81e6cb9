// How many models the address names, and whether it holds settings, before Gradio has made anything of them: `frame.css`
// keeps a place for them.
({most}) => {
  const {searchParams} = new URL(location.href), {dataset} = document.documentElement;
  const named = (searchParams.get('models') || '').split(',').filter(Boolean);
  dataset.models = Math.min(most, Math.max(1, new Set(named).size));
  if ([...searchParams.keys()].some(name => name !== 'models')) dataset.settings = '';
}
