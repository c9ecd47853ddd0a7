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

  // A field for several terms always has an empty place for the next one.
  const offerAnother = (input) => {
    const field = input.closest('[data-many]');
    const inputs = field ? [...field.querySelectorAll('input[data-terms]')] : [];
    if (inputs.at(-1) !== input || !input.value.trim()) return;
    const next = document.createElement('input');
    for (const name of ['class', 'name', 'data-terms', 'data-prefer', 'data-label', 'aria-describedby']) {
      next.setAttribute(name, input.getAttribute(name));
    }
    next.id = `${inputs[0].id}-${inputs.length}`;
    next.placeholder = 'another one';
    next.setAttribute('aria-label', `${field.querySelector('label').firstChild.textContent.trim()}, ${inputs.length + 1}`);
    const combo = document.createElement('div');
    combo.className = 'combo';
    combo.append(next);
    input.closest('.combo').after(combo);
    connect(combo);
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
