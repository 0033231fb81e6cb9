// The address holds the models, and each setting that differs from its first value: it can be handed to a class.
({names, first}) => (models, ...settings) => {
  const url = new URL(location.href), {dataset} = document.documentElement;
  dataset.models = Math.max(1, (models || []).length);
  url.searchParams.set('models', (models || []).join(','));
  names.forEach((name, place) => {
    const value = settings[place];
    if (value === null || value === '' || value === first[place]) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  });
  // Else the line of what is in force keeps the place that it has before it comes.
  if (!names.some(name => url.searchParams.has(name))) delete dataset.settings;
  history.replaceState(null, '', url.toString().replaceAll('%2C', ',').replaceAll('%2F', '/'));
}
