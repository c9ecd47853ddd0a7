// Term fields: suggestions from the local ontologies. The field holds "Label (CURIE)"; other words stay as they are.
(() => {
  'use strict';
  const MOST = '8';

  const RELATIONS = { is_a: 'a kind of', part_of: 'part of', derived_from: 'derived from' };

  // What tells terms of the same name apart: the identifier, the other name that fits, and what the term belongs to.
  const notes = (term) => {
    const said = [
      term.synonym && term.synonym !== term.label ? `synonym: ${term.synonym}` : '',
      term.parent ? `${RELATIONS[term.relation] ?? 'under'} ${term.parent}` : '',
    ].filter(Boolean);
    return [[term.curie, 'acc xs'], ...(said.length ? [[said.join(' · '), 'xs soft']] : [])];
  };

  const suggest = ({ terms, prefer }) => async (typed) => {
    const address = `/api/v1/terms/?${new URLSearchParams({ q: typed, ontology: terms, prefer, limit: MOST })}`;
    const response = await fetch(address, { headers: { Accept: 'application/json' } });
    if (!response.ok) return [];
    const found = await response.json();
    return found.map((term) => ({
      text: term.label,
      value: `${term.label} (${term.curie})`,
      notes: notes(term),
    }));
  };

  const ATTRIBUTES = ['data-terms', 'data-prefer', 'data-label'];
  const offerAnother = (input) => {
    const place = window.offerAnother(input, ATTRIBUTES);
    if (place) connect(place);
  };

  const connect = (root) => {
    for (const input of root.querySelectorAll('input[data-terms]:not([role=combobox])')) {
      const choose = (option) => {
        input.value = option.value;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        offerAnother(input);
      };
      window.combobox(input, { suggest: suggest(input.dataset), choose, label: input.dataset.label });
      input.addEventListener('change', () => offerAnother(input));
    }
  };
  connect(document);
  document.body.addEventListener('rows-added', (event) => connect(event.detail));
})();
