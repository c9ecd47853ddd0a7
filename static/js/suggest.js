// Suggestions in a search box: values of facets become `field:"value"`, titles a phrase, and the search is sent.
// Without it (or when search does not answer) the box is a plain one.
(() => {
  'use strict';
  const quoted = (suggestion) => {
    const words = `"${suggestion.text.replaceAll('"', ' ')}"`;
    return suggestion.field === 'title' ? words : `${suggestion.field}:${words}`;
  };
  for (const input of document.querySelectorAll('input[data-suggest]')) {
    const suggest = async (typed) => {
      const address = `/api/v1/search/suggest?${new URLSearchParams({ q: typed, kind: input.dataset.suggest })}`;
      const response = await fetch(address, { headers: { Accept: 'application/json' } });
      if (!response.ok) return [];
      const answer = await response.json();
      return answer.suggestions.map((suggestion) => ({
        text: suggestion.text,
        value: quoted(suggestion),
        notes: [[`${suggestion.label}${suggestion.field === 'title' ? '' : ` · ${suggestion.count.toLocaleString('en')}`}`, 'xs soft']],
      }));
    };
    const choose = (option) => {
      input.value = option.value;
      input.form.requestSubmit();
    };
    window.combobox?.(input, { suggest, choose, label: 'Suggestions' });
  }
})();
